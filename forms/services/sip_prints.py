"""The SIP-blankett, patientens exemplar and the kallelse as prints, with what the log knows (R3.9, R3.11)."""

from uuid import UUID

from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.rules.permissions import Right
from forms.models import SheetKind
from forms.presenters.sip import form_part, form_view
from forms.queries.sources import sip_source
from forms.services.printing import Printed, print_job
from forms.specs import SIP, SIP_INVITATION, get_form
from outage.models import CareChain
from outage.queries.openings import check_opened


def print_sip(*, by: Acting, chain: CareChain, client_id: UUID, patients_copy: bool = False) -> Printed:
    """Print the SIP-blankett of `chain`; `patients_copy` is the patient's to keep.

    Raises NotOpened, NotAllowed when the role may not print, and as `print_job`.
    """
    kind, name = (SheetKind.SIP_PATIENT, "sip-patient") if patients_copy else (SheetKind.SIP, "sip")
    return _print(by, chain, client_id, kind, SIP, f"{name}-{chain.number}.pdf")


def print_sip_invitation(*, by: Acting, chain: CareChain, client_id: UUID) -> Printed:
    """Raises as `print_sip`."""
    filename = f"sip-kallelse-{chain.number}.pdf"
    return _print(by, chain, client_id, SheetKind.SIP_INVITATION, SIP_INVITATION, filename)


def _print(
    by: Acting, chain: CareChain, client_id: UUID, kind: SheetKind, spec_id: str, filename: str
) -> Printed:
    check_may(by, Right.PRINT_SHEET, chain)
    check_opened(by, chain)
    now = timezone.now()
    patients_copy = kind == SheetKind.SIP_PATIENT
    view = form_view(get_form(spec_id), sip_source(chain), by=by, patients_copy=patients_copy)
    return print_job(
        by=by,
        kind=kind,
        filename=filename,
        part=form_part(view=view, by=by, now=now, routine=chain.outage.routine),
        now=now,
        outage=chain.outage,
        chain=chain,
        client_id=client_id,
    )
