"""A test's browser. Like a real one it sends the mark of the page that a form stood on."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.test import Client

from contacts.access import TYPED_BY_FIELD, TypedBy, acting_for, user_with_assignments


def typed_by_now(client: Client) -> str:
    """The mark of a page shown now to the logged-in person; "" where nobody is."""
    session = client.session
    user = user_with_assignments(int(session[SESSION_KEY])) if SESSION_KEY in session else None
    if user is None:
        return ""
    acting = acting_for(user, session.get("membership_id"))
    return TypedBy(user.pk, acting.membership.pk if acting else None).mark


class Browser(Client):
    """Adds the mark to what does not say whose it is. A plain `Client` sends what it is given."""

    def generic(self, method: str, path: str, data: Any = b"", *args: Any, **more: Any) -> Any:
        if method not in {"GET", "HEAD", "OPTIONS"} and TYPED_BY_FIELD.encode() not in bytes(
            data if isinstance(data, bytes) else str(data).encode()
        ):
            more["headers"] = {"X-Typed-By": typed_by_now(self)} | (more.get("headers") or {})
        return super().generic(method, path, data, *args, **more)
