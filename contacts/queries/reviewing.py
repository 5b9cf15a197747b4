"""The audit log as its reviewer reads it: of the own principal and branch."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import GreaterThan
from django.db.models.sql.compiler import SQLCompiler

from contacts.access import Acting
from contacts.models import (
    AuditEntry,
    EmergencySheet,
    Membership,
    PatientSet,
    ReviewNote,
    ReviewSample,
    Unit,
    User,
)
from contacts.rules.permissions import Right, Role
from contacts.rules.reviewing import Verdict
from contacts.rules.swedish_text import search_key
from contacts.rules.trace_words import EMERGENCIES, MARKED, MARKED_CHANGES

from .branches import units_within

_IS_MARKED = Q(action__in=MARKED) | Q(user__is_superuser=True)
for _action, _fields in MARKED_CHANGES.items():
    _IS_MARKED |= Q(action=_action, changes__has_any_keys=list(_fields))


def reviewed(
    by: Acting, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[AuditEntry]:
    """What the acting person reviews, newest first.

    What a municipality's unit of no branch did is read in each of its branches, and what was done outside any
    assignment by the principal that it concerns; what concerns no single one, by all whose person or superuser did it.
    Raises KeyError without the right.
    """
    units = units_within(by, Right.REVIEW_LOG)
    if not by.principal.is_region:
        units = units | Unit.objects.filter(principal=by.principal, municipal_kind="")
    ids = units.order_by().values_list("pk", flat=True)
    own = Q(principal=by.principal) & (Q(unit__isnull=True) | Q(unit__in=ids))
    works = Membership.objects.filter(unit__principal=by.principal).values("user")
    concerned = Q(user__isnull=True) | Q(user__is_superuser=True) | Q(user__in=works)
    found = AuditEntry.objects.filter(own | Q(concerned, principal__isnull=True, unit__isnull=True))
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found.select_related("user", "unit", "patients").order_by("-at", "-pk")


def about_patients(rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    return rows.filter(Q(chain__isnull=False) | Q(patients__isnull=False))


def of_chains(rows: QuerySet[AuditEntry], chains: Collection[UUID]) -> QuerySet[AuditEntry]:
    """Those about one of the care chains, alone or in a list that was seen."""
    seen = PatientSet.objects.none()
    for chain in chains:
        # Every set is looked through: a look that nobody asks about costs no index.
        seen = seen | PatientSet.objects.filter(GreaterThan(_Place(Value(chain.bytes), F("ids")), 0))
    return rows.filter(Q(chain__in=chains) | Q(patients__in=seen.values("pk")))


class _Place(Func):
    """Where one text of bytes begins in another, from 1; 0 where it is not in it."""

    output_field = IntegerField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="POSITION(%(expressions)s)", arg_joiner=" IN ")

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **more: Any) -> Any:
        turned = self.copy()
        turned.set_source_expressions(self.get_source_expressions()[::-1])
        return turned.as_sql(compiler, connection, function="INSTR")


def of_units(rows: QuerySet[AuditEntry], text: str) -> QuerySet[AuditEntry]:
    """Those done for a unit whose name, or former name, has every word of `text`."""
    units = Unit.objects.all()
    for word in search_key(text).split():
        units = units.filter(search_key__contains=word)
    return rows.filter(unit__in=units.values("pk"))


def awaiting(rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Those that a reviewer wants followed up, and nobody has."""
    newest = ReviewNote.objects.filter(entry=OuterRef("pk")).order_by("-at", "-pk").values("verdict")[:1]
    return rows.alias(newest=Subquery(newest)).filter(newest=Verdict.FOLLOW_UP)


def verdicts_on(rows: Iterable[AuditEntry]) -> dict[int, Verdict]:
    """What the newest note says, by the row's id; none for a row without. One query."""
    notes = ReviewNote.objects.filter(entry__in=[row.pk for row in rows]).order_by("at", "pk")
    return {entry: Verdict(verdict) for entry, verdict in notes.values_list("entry", "verdict")}


def samples_of(by: Acting) -> QuerySet[ReviewSample]:
    """Those of the own principal and branch, newest first, each with how many rows are `drawn` and `reviewed_count`."""
    noted = Count("entries", filter=Q(entries__notes__isnull=False), distinct=True)
    counted = _samples_within(by).annotate(drawn=Count("entries", distinct=True), reviewed_count=noted)
    return counted.select_related("user", "unit").order_by("-at", "-pk")


def _samples_within(by: Acting) -> QuerySet[ReviewSample]:
    return ReviewSample.objects.filter(unit__in=units_within(by, Right.REVIEW_LOG).order_by().values("pk"))


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """`actions` are those done, each with how many rows, the most first."""

    rows: int
    people: int
    about_patients: int
    marked: int
    actions: tuple[tuple[str, int], ...]
    samples: int
    drawn: int
    verdicts: Mapping[Verdict, int]
    awaiting: int


def period_figures(by: Acting, since: datetime, until: datetime) -> PeriodFigures:
    """What was done from `since` to `until`, and of it drawn and reviewed until now. A constant number of queries."""
    rows = reviewed(by, since, until)
    plain = rows.order_by()
    actions = plain.values_list("action").annotate(n=Count("pk")).order_by("-n", "action")
    samples = _samples_within(by).filter(at__gte=since, at__lt=until)
    notes = ReviewNote.objects.filter(entry__in=plain.values("pk")).order_by("at", "pk")
    newest = Counter(dict(notes.values_list("entry", "verdict")).values())
    return PeriodFigures(
        rows=plain.count(),
        people=plain.filter(user__isnull=False).values("user").distinct().count(),
        about_patients=about_patients(plain).count(),
        marked=marked(plain).count(),
        actions=tuple(actions),
        samples=samples.count(),
        drawn=samples.aggregate(n=Count("entries"))["n"],
        verdicts={verdict: newest[verdict.value] for verdict in Verdict},
        awaiting=awaiting(plain).count(),
    )


def marked(rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Those to look at at once."""
    return rows.filter(_IS_MARKED)


def at_once(rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """The marked ones, emergencies before all else."""
    return marked(rows).order_by(Case(When(action__in=EMERGENCIES, then=0), default=1), "-at", "-pk")


def by_people(rows: QuerySet[AuditEntry], by: Acting, text: str) -> QuerySet[AuditEntry]:
    """Those of the people whose name or log-in name has every word of `text`."""
    words = search_key(text).split()
    works = Membership.objects.filter(unit__principal=by.principal).values("user")
    people = User.objects.filter(Q(pk__in=works) | Q(is_superuser=True)).only(
        "first_name", "last_name", "username"
    )
    found = [
        one.pk
        for one in people
        if all(word in search_key(f"{one.full_name} {one.username}") for word in words)
    ]
    return rows.filter(user__in=found)


def roles_at(rows: Iterable[AuditEntry]) -> dict[tuple[int, int], list[Role]]:
    """The roles that who did it has, or had, at the unit it was done for, by person and unit. One query."""
    pairs = {(row.user_id, row.unit_id) for row in rows if row.user_id and row.unit_id}
    found: dict[tuple[int, int], list[Role]] = defaultdict(list)
    if pairs:
        users, units = zip(*pairs, strict=True)
        works = Membership.objects.filter(user__in=users, unit__in=units).order_by("pk")
        for user, unit, role in works.values_list("user", "unit", "role"):
            found[user, unit].append(Role(role))
    return found


def names_of_targets(by: Acting, rows: Collection[AuditEntry]) -> dict[tuple[str, str], str]:
    """Whom or what a row is about, by type and id, where it is a person, an assignment or a unit of the own principal,
    or the emergency codes of such a unit.

    Four queries at most.
    """
    ids: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ids[row.target_type].add(row.target_id)
    found: dict[tuple[str, str], str] = {}
    works = Membership.objects.filter(unit__principal=by.principal)
    if wanted := ids[User._meta.label]:
        own = Q(pk__in=works.values("user")) | Q(memberships__isnull=True)
        for person in User.objects.filter(own, pk__in=wanted).distinct():
            found[User._meta.label, str(person.pk)] = person.full_name
    if wanted := ids[Membership._meta.label]:
        for work in works.filter(pk__in=wanted).select_related("user", "unit"):
            found[Membership._meta.label, str(work.pk)] = f"{work.user.full_name}, {work.unit.name}"
    if wanted := ids[Unit._meta.label]:
        for unit in Unit.objects.filter(principal=by.principal, pk__in=wanted):
            found[Unit._meta.label, str(unit.pk)] = unit.name
    if wanted := ids[EmergencySheet._meta.label]:
        sheets = EmergencySheet.objects.filter(unit__principal=by.principal, pk__in=wanted)
        for sheet in sheets.select_related("unit"):
            found[EmergencySheet._meta.label, str(sheet.pk)] = sheet.unit.name
    return found
