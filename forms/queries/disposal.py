"""What a principal has decided of paper that is scanned (gallringsbeslut)."""

from django.db.models import QuerySet

from contacts.models import Principal
from forms.models import DisposalDecision


def decision_in_force(principal: Principal) -> DisposalDecision | None:
    return decisions_of(principal).first()


def decisions_of(principal: Principal) -> QuerySet[DisposalDecision]:
    """The one in force first, then the earlier ones, newest to oldest."""
    rows = DisposalDecision.objects.filter(principal=principal).select_related("user", "unit")
    return rows.order_by("-at", "-pk")


def no_disposal(principal: Principal, decision: DisposalDecision | None) -> str:
    """The sentence that says why the principal's paper may not be destroyed; empty where it may."""
    if decision is None:
        return (
            f"Inget gallringsbeslut är infört för {principal.name}. "
            "Administratören för in det under Gallringsbeslut."
        )
    return "" if decision.allows else f"Får inte förstöras enligt {decision.reference}."
