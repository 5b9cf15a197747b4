"""One of each kind of sheet as it is handed out, and what a validator that is not ours says of a file.

Each maker gives the bytes that leave the server; a kind that is added puts its own maker here.
"""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch
from uuid import uuid4

import page

from forms.models import SheetKind
from forms.rules.work_list_spec import WorkList
from forms.services import binder
from forms.services.log_prints import print_log_sheet
from forms.services.printing import (
    print_call_support,
    print_care_chain,
    print_checklist,
    print_contact_list,
)
from forms.services.sip_prints import print_sip, print_sip_invitation
from forms.services.work_list_prints import print_work_list
from forms.specs import get_binder
from outage.presenters.checklists import checklist_card
from tests.paper.making import Place, full_chain

PROFILES = (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_3A)
Maker = Callable[[Place], bytes]


def faults(pdf: bytes) -> list[str]:
    """Every rule of PDF/UA-1 and of PDF/A-3a that the file breaks."""
    reports = [page.validate_pdf_bytes(pdf, profile=profile) for profile in PROFILES]
    assert all(report.rules.total > 100 for report in reports)
    return [f"{f.rule_id}: {f.message} {f.object_id}" for report in reports for f in report.failures]


def _care_chain(place: Place) -> bytes:
    return print_care_chain(by=place.alva, chain=full_chain(place)).pdf


def _checklist(place: Place) -> bytes:
    card = checklist_card(place.alva, place.outage, "inpatient-somatic-discharge")
    assert card is not None
    return print_checklist(by=place.alva, card=card, outage=place.outage).pdf


def _contact_list(place: Place) -> bytes:
    return print_contact_list(by=place.alva).pdf


def _binder(place: Place) -> bytes:
    # One blank sheet of each kind: more are the same once more.
    spec = get_binder()
    few = replace(spec, blanks=tuple(replace(blank, count=1) for blank in spec.blanks))
    with patch.object(binder, "get_binder", lambda: few):
        return binder.print_binder(by=place.alva, unit=place.ward).pdf


def _call_support(place: Place) -> bytes:
    return print_call_support(by=place.alva).pdf


def _log_sheet(place: Place) -> bytes:
    full_chain(place)
    return print_log_sheet(by=place.alva, client_id=uuid4()).pdf


def _work_list(place: Place) -> bytes:
    full_chain(place)
    return print_work_list(by=place.alva, which=WorkList.CHAINS, outage=place.outage, client_id=uuid4()).pdf


def _overview(place: Place) -> bytes:
    full_chain(place)
    return print_work_list(by=place.alva, which=WorkList.OVERVIEW, outage=place.outage, client_id=uuid4()).pdf


def _sip(place: Place) -> bytes:
    return print_sip(by=place.alva, chain=full_chain(place), client_id=uuid4()).pdf


def _sip_patient(place: Place) -> bytes:
    return print_sip(by=place.alva, chain=full_chain(place), client_id=uuid4(), patients_copy=True).pdf


def _sip_invitation(place: Place) -> bytes:
    return print_sip_invitation(by=place.alva, chain=full_chain(place), client_id=uuid4()).pdf


MAKERS: dict[SheetKind, Maker] = {
    SheetKind.CARE_CHAIN: _care_chain,
    SheetKind.LOG_SHEET: _log_sheet,
    SheetKind.SIP: _sip,
    SheetKind.SIP_PATIENT: _sip_patient,
    SheetKind.SIP_INVITATION: _sip_invitation,
    SheetKind.CALL_SUPPORT: _call_support,
    SheetKind.CHECKLIST: _checklist,
    SheetKind.CONTACT_LIST: _contact_list,
    SheetKind.BINDER: _binder,
    SheetKind.WORK_LIST: _work_list,
    SheetKind.OVERVIEW: _overview,
}
