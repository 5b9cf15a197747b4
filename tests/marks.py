"""A test's browser. Like a real one it sends the mark that each page puts in its forms."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.test import Client

from contacts.access import TYPED_BY_FIELD, TypedBy, acting_for, user_with_assignments


def typed_by_now(client: Client) -> str:
    """Give the mark of a page shown now to who is logged in; nothing where nobody is."""
    session = client.session
    user = user_with_assignments(int(session[SESSION_KEY])) if SESSION_KEY in session else None
    if user is None:
        return ""
    acting = acting_for(user, session.get("membership_id"))
    return TypedBy(user.pk, acting.membership.pk if acting else None).mark


class Browser(Client):
    """Adds the mark to a form that does not say whose it is. A plain `Client` sends what it is given."""

    def post(self, path: str, data: Any = None, *args: Any, **more: Any) -> Any:
        if data is None or (isinstance(data, dict) and TYPED_BY_FIELD not in data):
            data = dict(data or {})
            mark = typed_by_now(self)
            if mark:
                data[TYPED_BY_FIELD] = mark
        return super().post(path, data, *args, **more)
