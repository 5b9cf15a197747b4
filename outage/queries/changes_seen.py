"""Which units' pages have changed since something was read, so that only their part of it is read anew."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from contacts.models import PageChange
from contacts.page_versions import OWN, UNIT
from contacts.queries.prepared import prepared
from outage.rules.told import minute_of

# So many changes back, one may come to light that was written before others and committed after them.
_LATE, _MOST_NEW = 128, 1_000


@dataclass(frozen=True, slots=True)
class ChangesSeen:
    """The newest changes that were there at a moment, before something was read that hangs on them."""

    at: datetime | None = None
    newest: frozenset[int] = frozenset()

    def read_on(self, now: datetime) -> tuple["ChangesSeen", set[int] | None]:
        """As they are now, and the units whose pages have changed since; None where others may have, too, and once a
        minute: what is not found by these is found then.
        """
        rows = _after(max(self.newest, default=0) - _LATE)
        seen = ChangesSeen(now, frozenset(pk for pk, _ in rows[:_LATE]))
        scopes = {scope for pk, scope in rows if pk not in self.newest}
        units = {scope for scope in scopes if scope.startswith(UNIT)}
        in_minute = self.at is not None and minute_of(self.at) == minute_of(now)
        if (
            not in_minute
            or len(rows) == _MOST_NEW
            or any(not scope.startswith(OWN) for scope in scopes - units)
        ):
            return seen, None
        return seen, {int(scope.removeprefix(UNIT)) for scope in units}


@prepared
def _after(pk: int) -> QuerySet[PageChange, tuple[int, str]]:
    return PageChange.objects.filter(pk__gt=pk).order_by("-pk").values_list("pk", "scope")[:_MOST_NEW]
