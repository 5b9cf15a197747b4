"""Emergency codes, made and typeset in one go: what they are stands in the file that is handed out alone."""

from uuid import UUID

from django.utils import timezone
from django.utils.text import slugify

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.emergency import CODES_ON_A_SHEET
from contacts.services.codes import new_code
from contacts.services.emergency import check_may_make_sheet, keep_emergency_sheet
from forms.presenters.emergency import emergency_part
from forms.services.printing import PrintedFile, typeset

_NAME_PART = 60


def print_emergency_codes(*, by: Acting, unit: Unit, client_id: UUID, address: str) -> PrintedFile:
    """Print a sheet of new codes for a unit; `address` is where they are typed.

    The former sheet holds until this one could be typeset. It is no sheet with a serial, no export, and bears no seal:
    those are kept, and are for what is scanned or checked. Raises PrintingUnavailable, and as `keep_emergency_sheet`.
    """
    check_may_make_sheet(by, unit)
    now = timezone.now()
    codes = [new_code() for _ in range(CODES_ON_A_SHEET)]
    part = emergency_part(codes=codes, unit=unit, by=by, address=address, now=now)
    rendered = typeset([part], title=part.title)
    keep_emergency_sheet(by=by, unit=unit, client_id=client_id, codes=codes, at=now)
    name = f"nodkoder-{slugify(unit.name)[:_NAME_PART]}-{timezone.localdate(now).isoformat()}.pdf"
    return PrintedFile(rendered.pdf, name)
