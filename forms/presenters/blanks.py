"""Parts that are printed ahead of need: every kind of blank sheet, and what the binder holds beside them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.principals import REGION_SWITCHBOARD_NUMBER
from forms.models import COPIES, SheetKind
from forms.presenters.care_chain import blank_care_chain_part
from forms.presenters.document import SheetPart
from forms.presenters.log_sheet import blank_log_sheet_part
from forms.presenters.sip import blank_form_part
from forms.specs import SIP, SIP_INVITATION

_MAKERS: dict[SheetKind, Callable[..., SheetPart]] = {
    SheetKind.CARE_CHAIN: blank_care_chain_part,
    SheetKind.LOG_SHEET: blank_log_sheet_part,
    SheetKind.SIP: partial(blank_form_part, spec_id=SIP),
    SheetKind.SIP_PATIENT: partial(blank_form_part, spec_id=SIP),
    SheetKind.SIP_INVITATION: partial(blank_form_part, spec_id=SIP_INVITATION),
}


def blank_part(
    kind: SheetKind,
    *,
    serial: str,
    unit: Unit,
    by: Acting | None,
    now: datetime,
    original: str = "",
    switchboard: str = REGION_SWITCHBOARD_NUMBER,
) -> SheetPart:
    """A blank sheet of a kind that is issued blank for `unit`, printed at the aware moment `now`.

    `by` is None for a command on the server; `original` is the serial of the sheet that a copy goes with,
    `switchboard` the region's, where it stands on the sheet. All blank sheets of one kind, unit and moment have the
    same number of pages. Raises ValueError for a kind that is not issued blank.
    """
    if kind not in _MAKERS:
        raise ValueError(f"{kind} is not issued blank")
    more = {"original": original} if kind in COPIES.values() else {}
    if kind is SheetKind.CARE_CHAIN:
        more["switchboard"] = switchboard
    return _MAKERS[kind](serial=serial, unit=unit, by=by, now=now, **more)
