"""What a directory file would change, has changed, and what undoing it does, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator

from contacts.models import AuditEntry, DirectoryUpload
from contacts.rules.doubt import InFile

from .changes import Fate
from .undo import may_be_undone

PAGE_SIZE = 50
PROBLEMS = "problems"
PROBLEMS_LABEL = "Fel i filen"
_EXPLAINED: dict[str, str] = {
    PROBLEMS: "Rätta i filen och läs in den igen, eller säg vad orden i den betyder.",
    Fate.NEW: "Läggs till. En inläst kontakt är ej verifierad.",
    Fate.CHANGED: "Ändrade nummer eller tider är ej verifierade tills någon har kontrollerat dem.",
    Fate.UNCHANGED: "Stämmer med katalogen.",
    Fate.GONE: "Finns i katalogen men inte i filen. De står kvar om du inte väljer att avföra dem.",
    Fate.JOINED: "Sammanförda med en annan kontakt. Raden ändrar inget: skriv den andras namn om den ska gälla.",
    Fate.LEFT: "Någon har avfört dem. De tas inte tillbaka av en fil.",
    "remark_read": "Tiderna är lästa ur anmärkningen. Kontrollera att de stämmer.",
    "remark_left": "Anmärkningen liknar tider men är inte läst. Den visas vid numret med orden läs anmärkningen.",
    Fate.OTHERS: "Hör till en annan huvudman. De läggs åt sidan: du läser bara in din egen huvudmans.",
}


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What an upload would change; where it is imported, `done` says what it did. `main_gone` is the name of the main
    switchboard, where it is among those missing in the file.
    """

    upload_id: UUID
    at: datetime
    groups: tuple[Group, ...]
    remarks: tuple[Group, ...]
    shown: str
    explained: str
    rows: Page[Mapping[str, Any]]
    problem_count: int
    problems_left_out: int
    new: int
    changed: int
    gone: int
    main_gone: str
    losing: int
    unread: tuple[str, ...]
    left_out: int
    has_file: bool
    done: "Done | None"

    @property
    def changes_something(self) -> bool:
        return bool(self.new or self.changed)

    @property
    def may_confirm(self) -> bool:
        return not self.problem_count and self.done is None and (self.changes_something or self.gone > 0)

    @property
    def button(self) -> str:
        return f"Läs in {_counted({'new': self.new, 'changed': self.changed})}"


@dataclass(frozen=True, slots=True)
class Done:
    """What an upload did when it was confirmed, "3 nya, 1 ändrad"."""

    upload_id: str
    at: datetime
    who: str
    words: str
    undone: "Undone | None"
    may_be_undone: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import did, "3 avförda, 1 återställd", and how many it kept since somebody had changed them."""

    at: datetime
    who: str
    words: str
    kept: int


def preview(
    upload: DirectoryUpload,
    import_row: AuditEntry | None,
    undo_row: AuditEntry | None,
    now: datetime,
    *,
    shown: str = "",
    page: str | int | None = 1,
) -> Preview:
    """A page of an upload's preview: of the group `shown`, else of the first that there is.

    `import_row` is the audit row of its import, None where it is not imported; `undo_row` that of its undoing.
    """
    plan = upload.plan
    rows: dict[str, list[Any]] = plan["groups"] | {PROBLEMS: plan["problems"]} | _by_remark(plan["groups"])
    counts = {key: len(found) for key, found in rows.items()} | {PROBLEMS: plan["problem_count"]}
    labels = {PROBLEMS: PROBLEMS_LABEL} | dict(Fate.choices())
    of_remarks = {_remark_key(each): each.label for each in InFile}
    groups, remarks = (
        tuple(Group(key, label, counts[key]) for key, label in named.items() if counts.get(key))
        for named in (labels, of_remarks)
    )
    key = shown if counts.get(shown) else (groups[0].key if groups else Fate.UNCHANGED.value)
    new_ids = import_row.changes["new"] if import_row is not None else []
    found = rows.get(key, [])
    if key == Fate.NEW and len(new_ids) == len(found):
        found = [row | {"id": pk} for row, pk in zip(found, new_ids, strict=True)]
    return Preview(
        upload_id=upload.pk,
        at=upload.at,
        groups=groups,
        remarks=remarks,
        shown=key,
        explained=_EXPLAINED[key] if groups and import_row is None else "",
        rows=Paginator(found, PAGE_SIZE).get_page(page),
        problem_count=plan["problem_count"],
        problems_left_out=plan["problem_count"] - sum(problem["count"] for problem in plan["problems"]),
        new=counts.get(Fate.NEW, 0),
        changed=counts.get(Fate.CHANGED, 0),
        gone=counts.get(Fate.GONE, 0),
        main_gone=next((row["name"] for row in rows.get(Fate.GONE, []) if row.get("main")), ""),
        losing=sum(1 for row in rows.get(Fate.CHANGED, []) if row["loses"]),
        unread=tuple(plan["unread"]),
        left_out=plan["left_out"],
        has_file=import_row is None and upload.file is not None,
        done=done_words(import_row, undo_row, now) if import_row is not None else None,
    )


def _remark_key(each: InFile) -> str:
    return f"remark_{each}"


def _by_remark(groups: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The entries whose remark speaks of hours: those it was read from, and those whose remark people must read."""
    brought_in = [row for fate in (Fate.NEW, Fate.CHANGED, Fate.UNCHANGED) for row in groups.get(fate, [])]
    said = [(row["remark"][0], row) for row in brought_in if "remark" in row]
    return {_remark_key(each): [row for what, row in said if what == each] for each in InFile}


def done_words(row: AuditEntry, undo_row: AuditEntry | None, now: datetime) -> Done:
    told = row.changes
    return Done(
        upload_id=row.target_id,
        at=row.at,
        who=_who(row),
        words=_counted({what: len(told[what]) for what in ("new", "changed", "retired")}),
        undone=_undone(undo_row) if undo_row is not None else None,
        may_be_undone=undo_row is None and may_be_undone(row, now),
    )


def _undone(row: AuditEntry) -> Undone:
    counts = {what: len(row.changes[what]) for what in ("retired", "set_back", "taken_back", "kept")}
    return Undone(at=row.at, who=_who(row), words=_counted(counts), kept=counts["kept"])


def _who(row: AuditEntry) -> str:
    return row.user.full_name if row.user else ""


_ONE_OR_MANY = {
    "new": ("ny", "nya"),
    "changed": ("ändrad", "ändrade"),
    "retired": ("avförd", "avförda"),
    "set_back": ("återställd", "återställda"),
    "taken_back": ("tillbakatagen", "tillbakatagna"),
}


def _counted(counts: Mapping[str, int]) -> str:
    """Such as "3 nya, 1 ändrad, 2 avförda"; zero counts are left out, "inget" where all are."""
    words = [
        f"{counts[what]} {one if counts[what] == 1 else many}"
        for what, (one, many) in _ONE_OR_MANY.items()
        if counts.get(what)
    ]
    return ", ".join(words) or "inget"
