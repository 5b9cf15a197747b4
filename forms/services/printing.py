"""Prints: a sheet gets its serial, is typeset and sealed, and is kept as rows with who, when and hash (R2.4)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.template.loader import render_to_string
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.models import Principal, Unit
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim, content_hash, keyed
from contacts.services.whole import whole
from forms.models import Export, Sheet, SheetBatch, SheetKind
from forms.presenters.call_support import call_support_part
from forms.presenters.care_chain import care_chain_part, sheet_view
from forms.presenters.checklist import one_checklist_part
from forms.presenters.contact_list import contact_list_part
from forms.presenters.document import SheetPart, of_outage
from forms.queries.sources import sheet_source
from forms.rendering import CodedSheet, Rendered, lacks_glyphs, render
from forms.rules.sheet_fate import Fate
from forms.sealing import Sealed, seal
from forms.services.steps import current_fate, free_serials, record_by, write_step
from forms.specs import get_spec
from outage.models import CareChain, Outage
from outage.presenters.checklists import ChecklistCard
from outage.queries.checklists import routine_of
from outage.queries.openings import check_opened
from outage.rules.drills import file_name

# The second one finds the sheet that another request kept a moment earlier.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A file as it was handed out, sealed where the server has a seal. `filename` holds no patient data."""

    pdf: bytes
    filename: str


@dataclass(frozen=True, slots=True)
class Printed(PrintedFile):
    """The file of one sheet."""

    sheet: Sheet


def print_care_chain(
    *, by: Acting, chain: CareChain, client_id: UUID | None = None, ink: bool = False
) -> Printed:
    """Print the vårdkedjeblankett of `chain`; `ink` adds lines to sign on by hand.

    Raises NotOpened, NotAllowed when the role may not print, and as `print_job`.
    """
    check_may(by, Right.PRINT_SHEET, chain)
    check_opened(by, chain)
    now = timezone.now()
    view = sheet_view(sheet_source(chain, by, now), get_spec(), by, now, ink=ink)
    return print_job(
        by=by,
        kind=SheetKind.CARE_CHAIN,
        filename=f"blankett-{chain.number}.pdf",
        part=care_chain_part(view=view, by=by, now=now),
        now=now,
        outage=chain.outage,
        chain=chain,
        client_id=client_id,
    )


def print_checklist(*, by: Acting, card: ChecklistCard, outage: Outage | None) -> Printed:
    """Print one of the acting unit's checklists as it is ticked now; without an outage it is empty.

    Raises as `print_job`. Everyone may: a checklist says nothing about any patient.
    """
    now = timezone.now()
    part = one_checklist_part(card=card, outage=outage, by=by, now=now)
    filename = f"checklista-{card.key}.pdf"
    return print_job(by=by, kind=SheetKind.CHECKLIST, filename=filename, part=part, now=now, outage=outage)


def print_contact_list(
    *,
    by: Acting,
    principal: Principal | None = None,
    number: int | None = None,
    client_id: UUID | None = None,
) -> Printed:
    """Print the contact list, of one principal or of all: the part `number` of a long one, None for all in one file.

    Raises as `print_job`. Everyone may: the directory says nothing about any patient.
    """
    now = timezone.now()
    part = contact_list_part(unit=by.unit, by=by, now=now, principal=principal, number=number)
    of_part = f"-del-{number}" if number else ""
    filename = f"kontaktlista-{timezone.localdate(now).isoformat()}{of_part}.pdf"
    return print_job(
        by=by, kind=SheetKind.CONTACT_LIST, filename=filename, part=part, now=now, client_id=client_id
    )


def print_call_support(*, by: Acting) -> Printed:
    """Raises as `print_job`. Everyone may: it says nothing about any patient."""
    now = timezone.now()
    part = call_support_part(unit=by.unit, by=by, now=now)
    return print_job(by=by, kind=SheetKind.CALL_SUPPORT, filename="samtalsstod.pdf", part=part, now=now)


def print_job(
    *,
    by: Acting,
    kind: SheetKind,
    filename: str,
    part: SheetPart,
    now: datetime,
    outage: Outage | None = None,
    chain: CareChain | None = None,
    client_id: UUID | None = None,
) -> Printed:
    """Typeset, seal and store one sheet, printed at the aware moment `now`; it gets its serial here.

    One press of a button is one sheet: with a `client_id` that printed the same content before, and as long as that
    sheet has taken no further step, it is handed out once more under its serial. Other content never gets the serial
    of a sheet that is out. Raises PrintingUnavailable, and IdClash when the id was used for something else.
    """
    # Not the kind: the buttons of one page share its id, and what they print is told apart by its content.
    content = {"chain": chain.pk if chain else None, "unit": by.unit.pk}
    made = _same_press(content, kind, part, client_id) if client_id else uuid4()
    for _ in range(_TRIES):
        known = Sheet.objects.filter(pk=made).first() if client_id else None
        if known is not None and _has_moved_on(known):
            known, made = None, uuid4()
        serial = known.serial if known else free_serials(1)[0]
        part = replace(of_outage(part, outage), serial=serial)
        rendered = typeset([part], title=part.title)
        sealed = seal(rendered.pdf)
        sheet = known or Sheet(
            id=made,
            serial=serial,
            kind=kind,
            outage=outage,
            chain=chain,
            unit=by.unit,
            user=by.user,
            printed_at=now,
            routine_version=routine_of(outage).version,
            version=part.version,
            pages=rendered.pages,
        )
        # Typeset before the transaction opens: it takes a second, and nobody else could write meanwhile.
        with whole():
            if client_id:
                claim(by=by, client_id=client_id, kind="sheet.print", content=content)
            if known is None and client_id and Sheet.objects.filter(pk=made).exists():
                # The same press came twice at the same time; this file has a serial that no sheet got.
                continue
            if known is None:
                keep_sheet(by=by, sheet=sheet)
            keep_export(
                by=by, kind=kind, sealed=sealed, pages=rendered.pages, now=now, unit=by.unit, sheet=sheet
            )
        return Printed(sheet=sheet, pdf=sealed.pdf, filename=named_by(outage, filename))
    raise RuleError("Utskriften gick inte att spara. Försök igen.")


def _same_press(content: dict[str, Any], kind: SheetKind, part: SheetPart, client_id: UUID) -> UUID:
    """The same id for the same press with the same content, whatever the time of day."""
    html = render_to_string(part.template, {"sheet": part.view})
    plain = content_hash({**content, "kind": kind, "version": part.version, "html": html})
    before = uuid5(client_id, plain)
    # Pressed before hashes were keyed, and once more since.
    return before if Sheet.objects.filter(pk=before).exists() else uuid5(client_id, keyed(plain))


def _has_moved_on(sheet: Sheet) -> bool:
    step = current_fate(sheet)
    return step is not None and step.fate != Fate.PRINTED


def typeset(
    parts: Sequence[SheetPart], *, title: str, pictures: Mapping[str, bytes] | None = None
) -> Rendered:
    """Typeset a document of one or more sheets; one without a serial bears no code. The mark of a part stands on each
    page. Raises PrintingUnavailable.
    """
    sections = [_section(part) for part in parts]
    mark = next((part.mark for part in parts if part.mark), "")
    title = f"{mark} {title}".strip()
    html = render_to_string("forms/paper/document.html", {"parts": sections, "title": title, "drill": mark})
    codes = [CodedSheet(part.serial, part.version) for part in parts if part.serial]
    return render(html, title=title, sheets=codes, pictures=pictures)


def _section(part: SheetPart) -> str:
    """A sheet as HTML. Only one with a character that the typeface lacks explains how it is written."""
    html = render_to_string("forms/paper/part.html", {"part": part})
    if lacks_glyphs(html):
        html = render_to_string("forms/paper/part.html", {"part": part, "substitutes": True})
    return html


def named_by(outage: Outage | None, filename: str) -> str:
    """The name of a file of an outage, which says of a drill what it is."""
    return file_name(filename, drill=bool(outage and outage.drill))


def keep_sheet(*, by: Acting | None, sheet: Sheet) -> None:
    """Save a sheet with its first step, and an audit row, inside the transaction of the caller."""
    sheet.save()
    write_step(by=by, unit=sheet.unit, sheet=sheet, step=Fate.PRINTED)
    changes = {"kind": sheet.kind, "pages": sheet.pages, "sheet": sheet.serial}
    record_by(by, "sheet.printed", sheet, changes, chain=sheet.chain_id)


def keep_export(
    *,
    by: Acting | None,
    kind: SheetKind,
    sealed: Sealed,
    pages: int,
    now: datetime,
    unit: Unit,
    sheet: Sheet | None = None,
    batch: SheetBatch | None = None,
    part: int | None = None,
) -> Export:
    """Save the hash of a file that is handed out, by whom and when, and an audit row.

    The caller holds the transaction.
    """
    row = Export.objects.create(
        kind=kind,
        sheet=sheet,
        batch=batch,
        part=part,
        unit=unit,
        user=by.user if by else None,
        at=now,
        pages=pages,
        sha256=hashlib.sha256(sealed.pdf).hexdigest(),
        sealed_by=sealed.by,
    )
    record_by(by, "file.exported", row, {"kind": kind}, chain=sheet.chain_id if sheet else None)
    return row
