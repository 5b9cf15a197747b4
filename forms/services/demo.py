"""Paper for the demo: some blank sheets of a ward, one of them written on, one spoilt, and what may be destroyed."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from contacts.access import Acting, acting_for
from contacts.models import Membership
from contacts.rules.errors import RuleError
from forms.models import SheetBatch, SheetKind
from forms.rules.sheet_fate import VoidReason
from forms.services.batches import issue_batch
from forms.services.disposal import record_decision
from forms.services.fates import mark_filled, void_sheet

# A nurse of the ward where the demo's patients lie, and an administrator of its principal.
NURSE, KEEPER = "demo.alva", "demo.regionadmin"


def make_paper() -> bool:
    """Paper for the ward of the demo's nurse, and a decision of its principal; False where it is there already.

    Raises RuleError outside demo mode and before the demo is made, PrintingUnavailable where the server cannot print.
    """
    if not settings.DEMO:
        raise RuleError("Demoläget är av. Sätt DEMO=1 för att göra demons blad.")
    by, admin = _acting(NURSE), _acting(KEEPER)
    if SheetBatch.objects.filter(unit=by.unit).exists():
        return False
    batch = issue_batch(by=by, client_id=uuid4(), kind=SheetKind.CARE_CHAIN, count=5)
    issue_batch(by=by, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=3)
    first, second = batch.sheets.order_by("place")[:2]
    mark_filled(by=by, sheet=first, client_id=uuid4())
    void_sheet(by=by, sheet=second, client_id=uuid4(), void_reason=VoidReason.MISPRINT)
    record_decision(
        by=admin,
        client_id=uuid4(),
        allows=True,
        reference="DEMO 2026:1 (påhittat beslut)",
        decided_on=timezone.localdate() - timedelta(days=30),
    )
    return True


def _acting(username: str) -> Acting:
    first = Membership.objects.filter(user__username=username, user__is_demo=True).order_by("pk").first()
    acting = acting_for(first.user, first.pk) if first else None
    if acting is None:
        raise RuleError("Demons personer finns inte. Kör först: manage.py demo")
    return acting
