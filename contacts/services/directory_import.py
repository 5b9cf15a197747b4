"""The directory file brought in: all of it or none of it, and the same file twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import DirectoryEntry, EntryKind, Principal, PrincipalKind
from contacts.rules.directory_file import BadRow, DirectoryRow, entry_key, read_file
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.rules.principals import MUNICIPALITIES, REGION

_FIELDS: dict[str, str] = {
    "kind": "Typ",
    "first_name": "Förnamn",
    "last_name": "Efternamn",
    "title": "Titel",
    "department": "Avdelning",
    "phone": "Telefon",
    "extension": "Anknytning",
    "mobile": "Mobiltelefon",
    "availability": "Gäller",
    "opens_at": "Anmärkning",
    "closes_at": "Anmärkning",
    "friday_closes_at": "Anmärkning",
    "lunch_from": "Anmärkning",
    "lunch_to": "Anmärkning",
    "remark": "Anmärkning",
    "source": "Källa",
}
_COLUMN_OF = _FIELDS | {"principal": "Huvudman", "name": "Enhet"}

_Changes = dict[str, list[Any]]


class BadDirectoryFile(RuleError):
    """The file can not be taken in. `problems` names each bad row; nothing was written."""

    def __init__(self, problems: Sequence[BadRow]) -> None:
        more = f" ({len(problems) - 1} fel till)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. `retired` counts rows of entries that a person has retired."""

    new: int
    changed: int
    unchanged: int
    retired: int
    problems: tuple[BadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rows that make a difference: the entry to save, and what changes in it (None for a new one)."""

    writes: list[tuple[DirectoryRow, DirectoryEntry, _Changes | None]]
    unchanged: int
    retired: int
    problems: list[BadRow]


def import_directory(*, by: Acting | None, content: bytes, dry_run: bool = False) -> ImportReport:
    """Bring in a directory file. `by` is None for the command on the server.

    Creates the county's principals where they are missing. An entry is known by its principal and name (a
    person also by the department). Entries that are not in the file stay; one that a person retired is not
    brought back; a changed one is not verified any more. With `dry_run` nothing is written and bad rows stand
    in the report; otherwise they raise BadDirectoryFile and nothing is written. NotAllowed where the role may
    not.
    """
    if by is not None:
        check_may(by, Right.MANAGE_DIRECTORY)
    rows, problems = read_file(content, {label: value for value, label in EntryKind.choices})
    with transaction.atomic():
        principals_added = _ensure_principals()
        plan = _plan(rows, {p.name: p for p in Principal.objects.all()}, by)
        problems = sorted([*problems, *plan.problems], key=lambda bad: bad.row)
        if problems and not dry_run:
            raise BadDirectoryFile(problems)
        report = ImportReport(
            new=sum(changes is None for _, _, changes in plan.writes),
            changed=sum(changes is not None for _, _, changes in plan.writes),
            unchanged=plan.unchanged,
            retired=plan.retired,
            problems=tuple(problems),
        )
        if dry_run:
            transaction.set_rollback(True)
        elif plan.writes or principals_added:
            _write(plan, by, report, principals_added)
    return report


def _ensure_principals() -> int:
    """Create the county's principals that are missing, with their own support (R1.1); give how many."""
    added = 0
    there = set(Principal.objects.values_list("name", flat=True))
    for known in (REGION, *MUNICIPALITIES):
        if known.name in there:
            continue
        principal = Principal(
            name=known.name,
            short_name=known.short_name,
            kind=PrincipalKind.REGION if known is REGION else PrincipalKind.MUNICIPALITY,
            support_name=known.support_name,
            support_number=known.support_number,
        )
        principal.full_clean()
        principal.save()
        added += 1
    return added


def _plan(rows: Sequence[DirectoryRow], principals: dict[str, Principal], by: Acting | None) -> _Plan:
    plan = _Plan([], 0, 0, [])
    in_force: dict[tuple[str, str, str], DirectoryEntry] = {}
    retired: set[tuple[str, str, str]] = set()
    for entry in DirectoryEntry.objects.select_related("principal", "unit").order_by("pk"):
        key = entry_key(entry.principal.name, entry.name, entry.department, entry.first_name, entry.last_name)
        if entry.retired_at is None:
            in_force[key] = entry
        else:
            retired.add(key)
    unchanged = left = 0
    for row in rows:
        principal = principals.get(row.principal)
        problem = _principal_problem(row, principal, by)
        if principal is None or problem:
            plan.problems.append(BadRow(row.row, "Huvudman", problem))
            continue
        found = in_force.get(row.key)
        if found is None and row.key in retired:
            left += 1
            continue
        entry = found or DirectoryEntry(principal=principal, name=row.name)
        changes = _apply(row, entry)
        if found is not None and not changes:
            unchanged += 1
            continue
        entry.verified_at = entry.verified_by = None
        problems = _problems_of(row, entry)
        plan.problems.extend(problems)
        if not problems:
            plan.writes.append((row, entry, changes if found is not None else None))
    return _Plan(plan.writes, unchanged, left, plan.problems)


def _principal_problem(row: DirectoryRow, principal: Principal | None, by: Acting | None) -> str:
    if principal is None:
        return f'Huvudmannen "{row.principal}" finns inte. Skriv regionen eller en av länets kommuner.'
    if by is not None and principal != by.principal:
        return f"Kontakten hör till {principal.name}. Du får bara ändra kontakter hos {by.principal.name}."
    return ""


def _apply(row: DirectoryRow, entry: DirectoryEntry) -> _Changes:
    """Put the row's values into the entry; give each field that changed, from and to."""
    values = {field: getattr(row if hasattr(row, field) else row.hours, field) for field in _FIELDS}
    changes: _Changes = {}
    for field, value in values.items():
        before = getattr(entry, field)
        if before != value:
            changes[field] = [_plain(before), _plain(value)]
            setattr(entry, field, value)
    return changes


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _problems_of(row: DirectoryRow, entry: DirectoryEntry) -> list[BadRow]:
    try:
        entry.full_clean()
    except ValidationError as wrong:
        return [
            BadRow(row.row, _COLUMN_OF.get(field, ""), " ".join(sentences))
            for field, sentences in wrong.message_dict.items()
        ]
    return []


def _write(plan: _Plan, by: Acting | None, report: ImportReport, principals_added: int) -> None:
    for _, entry, _ in plan.writes:
        entry.save()
    told: dict[str, Any] = {
        "principals": principals_added,
        "new": report.new,
        "changed": {str(entry.pk): changes for _, entry, changes in plan.writes if changes is not None},
    }
    if by is None:
        audit.record_system(action="directory.import", changes=told)
    else:
        audit.record(by=by, action="directory.import", changes=told)
