"""A file that is sent in, what is chosen of it, and its preview, kept until somebody confirms it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import DirectoryFile, DirectoryUpload, Principal
from contacts.queries.uploads import book_of, remembered
from contacts.rules.errors import RuleError
from contacts.rules.hours_text import hours_words
from contacts.rules.names import name_key
from contacts.rules.permissions import Right
from contacts.rules.principals import MUNICIPALITIES, REGION
from contacts.services.progress import Progress, Steps
from contacts.services.submissions import claim, content_hash
from contacts.services.whole import whole

from .book import Book
from .changes import Fate, changes_in_words, facts_in_words
from .choices import Choices, Known, with_letters
from .columns import Problem, grouped
from .mapping import Mapped, mapped
from .plan import Plan, Planned, mapped_steps, plan_steps
from .proposing import contacts_skipped, guess, is_plain, memory_of, texts_beside
from .reading import read_book
from .rows import SHEET_ROWS

MOST_PROBLEMS = 50
"""So many kinds of problem are told of a file, and so many rows of each."""

# Excluded from the hash: does not affect what would be done.
_NOT_DONE = (Fate.UNCHANGED, Fate.JOINED, Fate.OTHERS)


class FileGone(RuleError):
    """The file was imported, or is older than files are kept."""

    def __init__(self) -> None:
        super().__init__("Filen finns inte kvar. Läs in den igen.")


def known_for(principal: Principal) -> Known:
    names = {known.name: known.short_name for known in (REGION, *MUNICIPALITIES)}
    names |= {found.name: found.short_name for found in Principal.objects.all()}
    memory = remembered(principal)
    return Known(names, principal.name, memory.get("columns", {}), memory.get("values", {}))


def upload_steps(*, by: Acting, client_id: UUID, content: bytes) -> Steps[DirectoryUpload]:
    """Store a file with the preview of what it would change in the directory of one's own principal.

    Where there is anything to choose or to point out in it, there is no preview yet. Nothing is written to the
    directory. The same file sent again is the same upload. Raises NotAllowed, and BadTable where the file is no
    table; where rows are wrong the preview says so.
    """
    check_may(by, Right.MANAGE_DIRECTORY)
    yield Progress("Öppnar filen")
    book = read_book(content)
    known = known_for(by.principal)
    choices = guess(book, known)
    found = mapped(with_letters(book, choices.letters), choices, known)
    plan = None
    if is_plain(book, choices, found):
        plan = yield from found_steps(book, choices, found, only=by.principal)
    yield Progress("Sparar förhandsvisningen")
    with whole():
        digest = hashlib.sha256(content).hexdigest()
        if claim(by=by, client_id=client_id, kind="directory.upload", content={"file": digest}):
            return DirectoryUpload.objects.get(pk=client_id)
        DirectoryFile(id=client_id, principal=by.principal, book=asdict(book)).save()
        return keep_upload(by=by, upload_id=client_id, file=client_id, choices=choices, plan=plan)


def choose_steps(
    *, by: Acting, upload: DirectoryUpload, client_id: UUID, choices: Choices
) -> Steps[DirectoryUpload]:
    """Store what was chosen of an upload's file, as an upload of its own with its preview; sent again it is the same.

    A form that comes back with other choices is one more upload. Raises NotAllowed, and FileGone.
    """
    check_may(by, Right.MANAGE_DIRECTORY, upload)
    book = kept_book(upload)
    known = known_for(by.principal)
    plan = yield from chosen_steps(book, choices, known, only=by.principal)
    yield Progress("Sparar förhandsvisningen")
    with whole():
        upload_id, first = _claimed(by, upload, client_id, choices, "directory.choose")
        if not first:
            return DirectoryUpload.objects.get(pk=upload_id)
        memory = memory_of(with_letters(book, choices.letters), choices, known)
        return keep_upload(
            by=by, upload_id=upload_id, file=upload.file, choices=choices, plan=plan, memory=memory
        )


def keep_choices(
    *, by: Acting, upload: DirectoryUpload, client_id: UUID, choices: Choices
) -> DirectoryUpload:
    """As `choose_steps`, of choices that are still to be looked through. Raises NotAllowed."""
    check_may(by, Right.MANAGE_DIRECTORY, upload)
    with transaction.atomic():
        upload_id, first = _claimed(by, upload, client_id, choices, "directory.guess")
        if not first:
            return DirectoryUpload.objects.get(pk=upload_id)
        return keep_upload(by=by, upload_id=upload_id, file=upload.file, choices=choices, plan=None)


def _claimed(
    by: Acting, upload: DirectoryUpload, client_id: UUID, choices: Choices, kind: str
) -> tuple[UUID, bool]:
    """The id of the upload that a form with these choices makes, and whether it is the first time."""
    content = {"upload": str(upload.pk), "choices": choices.stored(), "kind": kind}
    upload_id = uuid5(client_id, content_hash(content))
    return upload_id, claim(by=by, client_id=upload_id, kind=kind, content=content) is None


def kept_book(upload: DirectoryUpload) -> Book:
    """Raises FileGone."""
    told = book_of(upload)
    if told is None:
        raise FileGone
    return Book.read(told)


def chosen_steps(
    book: Book, choices: Choices, known: Known, *, only: Principal, lock: bool = False
) -> Steps[Plan]:
    found = mapped(with_letters(book, choices.letters), choices, known)
    return (yield from found_steps(book, choices, found, only=only, lock=lock))


def found_steps(
    book: Book, choices: Choices, found: Mapped, *, only: Principal, lock: bool = False
) -> Steps[Plan]:
    rows, problems = yield from mapped_steps(found)
    pairs = list(zip(book.filled, choices.sheets, strict=True))
    plan = Plan(
        problems=problems,
        sheets=tuple(sheet.name for sheet, _ in pairs),
        unread=tuple(sheet.name for sheet, choice in pairs if not choice.take),
        left_out=found.left_out + sum(contacts_skipped(sheet, choice) for sheet, choice in pairs),
        beside=frozenset(
            name_key(text) for sheet, choice in pairs if choice.take for text in texts_beside(sheet, choice)
        ),
    )
    return (yield from plan_steps(rows, plan, only=only, lock=lock))


def keep_upload(
    *,
    by: Acting,
    upload_id: UUID,
    file: UUID | None,
    choices: Choices,
    plan: Plan | None,
    memory: dict[str, Any] | None = None,
) -> DirectoryUpload:
    """Store an upload and its plan, inside the transaction of the caller; the same id again returns what is stored."""
    if found := DirectoryUpload.objects.filter(pk=upload_id).first():
        return found
    preview = preview_of(plan) if plan is not None else {}
    upload = DirectoryUpload(
        id=upload_id,
        principal=by.principal,
        user=by.user,
        unit=by.unit,
        file=file,
        choices=choices.stored(),
        memory=memory or {},
        plan=preview,
        plan_hash=hash_of(preview) if preview else "",
    )
    upload.save()
    counts = {key: len(rows) for key, rows in preview.get("groups", {}).items()}
    counts["problems"] = preview.get("problem_count", 0)
    audit.record(by=by, action="directory.uploaded", target=upload, changes=counts)
    return upload


def preview_of(plan: Plan) -> dict[str, Any]:
    """A plan as it is stored and shown: the entries by group, in words, and the problems by their kind."""
    taken = [name for name in plan.sheets if name not in plan.unread]
    names = plan.sheets if len(taken) > 1 else ()
    problems = grouped(plan.problems)
    return {
        "groups": {fate.value: [_shown(planned, names) for planned in plan.of(fate)] for fate in Fate},
        "problems": [_problem(problem, names) for problem in problems[:MOST_PROBLEMS]],
        "problem_count": len(plan.problems),
        "unread": list(plan.unread),
        "left_out": plan.left_out,
    }


def _problem(problem: Problem, names: Sequence[str]) -> dict[str, Any]:
    rows = [[_place_words(bad.row, names), bad.sentence] for bad in problem.rows[:MOST_PROBLEMS]]
    return {"column": problem.column, "sentence": problem.sentence, "count": len(problem.rows), "rows": rows}


def _row_words(number: int, names: Sequence[str]) -> int | str:
    """A row as it is found again: with the name of its sheet where several are read."""
    sheet, row = divmod(number, SHEET_ROWS)
    return f"{names[sheet]}, {row}" if names else row


def _place_words(number: int, names: Sequence[str]) -> str:
    sheet, row = divmod(number, SHEET_ROWS)
    return f"{names[sheet]}, rad {row}" if names else f"Rad {row}"


def hash_of(preview: dict[str, Any]) -> str:
    """Stable as long as the same would be done, for the same reasons."""
    groups = {key: rows for key, rows in preview["groups"].items() if key not in _NOT_DONE}
    return content_hash({**preview, "groups": groups})


def _shown(planned: Planned, names: Sequence[str]) -> dict[str, Any]:
    row, entry = planned.row, planned.entry
    shown: dict[str, Any] = {
        "row": _row_words(row.row, names) if row else None,
        "id": entry.pk if entry else None,
        "name": row.facts.name if row else entry.name if entry else "",
        "department": row.facts.department if row else entry.department if entry else "",
    }
    if row is not None and row.from_remark is not None:
        shown["remark"] = [row.from_remark, row.facts.remark, hours_words(row.facts.hours)]
    if planned.fate is Fate.OTHERS and row is not None:
        shown["principal"] = row.principal
    if planned.fate is Fate.JOINED and entry is not None:
        shown["into"] = entry.name
    if planned.fate is Fate.GONE and entry is not None:
        shown["main"] = entry.principal.main_switchboard_id == entry.pk
    if planned.fate is Fate.NEW and planned.new is not None:
        shown["facts"] = facts_in_words(planned.new)
        shown["near"] = planned.near
    if planned.fate is Fate.CHANGED and planned.old is not None and planned.new is not None:
        shown["changes"] = changes_in_words(planned.old, planned.new)
        shown["loses"] = bool(
            planned.before is not None and planned.before.verified_at and not (entry and entry.verified_at)
        )
    return shown
