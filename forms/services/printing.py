"""Prints: a sheet is typeset, kept as a row with its hash, and put in the trace (R2.4)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Principal
from contacts.rules.permissions import Right
from forms.models import Sheet, SheetKind
from forms.presenters.care_chain import sheet_view
from forms.presenters.checklist import checklist_view
from forms.presenters.contact_list import contact_list_view
from forms.queries import contact_list_source, sheet_source
from forms.rendering import Rendered, printable_html, render
from forms.rules.contact_list import weekday_and_weekend
from forms.specs import CARE_CHAIN_SHEET, get_spec
from outage.models import CareChain, Outage
from outage.presenters.checklists import ChecklistCard


@dataclass(frozen=True, slots=True)
class Printed:
    """The row of a print and the file as it was given out. `filename` holds no patient data."""

    sheet: Sheet
    pdf: bytes
    filename: str


def print_care_chain(*, by: Acting, chain: CareChain) -> Printed:
    """Print the vårdkedjeblankett of `chain`, which comes from `get_chain` and so is one that `by` may see.

    Raise NotAllowed when the role may not print, PrintingUnavailable when the server can not.
    """
    check_may(by, Right.PRINT_SHEET)
    now = timezone.now()
    view = sheet_view(sheet_source(chain, by, now), get_spec(CARE_CHAIN_SHEET), by, now)
    rendered = _typeset("forms/paper/care_chain.html", {"sheet": view}, view.spec.title)
    sheet = Sheet(
        kind=SheetKind.CARE_CHAIN,
        outage=chain.outage,
        chain=chain,
        unit=by.unit,
        user=by.user,
        printed_at=now,
        routine_version=view.routine_version,
        pages=rendered.pages,
        sha256=hashlib.sha256(rendered.pdf).hexdigest(),
    )
    _keep(by, sheet)
    return Printed(sheet=sheet, pdf=rendered.pdf, filename=f"blankett-{chain.number}.pdf")


def print_checklist(*, by: Acting, card: ChecklistCard, outage: Outage | None) -> Printed:
    """Print one of the acting unit's checklists as it is ticked now; without an outage it is empty.

    Raise PrintingUnavailable when the server can not print. Everyone may: a checklist tells of no patient.
    """
    now = timezone.now()
    view = checklist_view(card, outage, by, now)
    rendered = _typeset("forms/paper/checklist.html", {"sheet": view}, card.title)
    sheet = Sheet(
        kind=SheetKind.CHECKLIST,
        outage=outage,
        unit=by.unit,
        user=by.user,
        printed_at=now,
        routine_version=view.routine_version,
        pages=rendered.pages,
        sha256=hashlib.sha256(rendered.pdf).hexdigest(),
    )
    _keep(by, sheet)
    return Printed(sheet=sheet, pdf=rendered.pdf, filename=f"checklista-{card.key}.pdf")


def print_contact_list(*, by: Acting, principal: Principal | None = None) -> Printed:
    """Print the contact list, of one principal or of all, with whom to ring by the same rule as on the screen.

    Raise PrintingUnavailable when the server can not print. Everyone may: the directory tells of no patient.
    """
    now = timezone.now()
    zone = timezone.get_default_timezone()
    moments = weekday_and_weekend(timezone.localdate(now), zone)
    view = contact_list_view(contact_list_source(principal, moments), moments, by, now)
    rendered = _typeset("forms/paper/contact_list.html", {"sheet": view}, "Kontaktlista")
    sheet = Sheet(
        kind=SheetKind.CONTACT_LIST,
        unit=by.unit,
        user=by.user,
        printed_at=now,
        routine_version=view.routine_version,
        pages=rendered.pages,
        sha256=hashlib.sha256(rendered.pdf).hexdigest(),
    )
    _keep(by, sheet)
    filename = f"kontaktlista-{timezone.localdate(now).isoformat()}.pdf"
    return Printed(sheet=sheet, pdf=rendered.pdf, filename=filename)


def _typeset(template: str, context: Mapping[str, Any], title: str) -> Rendered:
    html = render_to_string(template, dict(context))
    if printable_html(html) != html:
        html = render_to_string(template, {**context, "substitutes": True})
    return render(html, title=title)


def _keep(by: Acting, sheet: Sheet) -> None:
    # Typeset before the transaction opens: it takes a second, and nobody else could write meanwhile.
    with transaction.atomic():
        # The rows it points at are in hand, and the database holds the keys.
        sheet.full_clean(exclude=["outage", "chain", "unit", "user"])
        sheet.save()
        audit.record(
            by=by,
            action="sheet.printed",
            target=sheet,
            chain=sheet.chain_id,
            changes={"kind": sheet.kind, "pages": sheet.pages},
        )
