"""What the routine says beside the numbers, wherever one rings. A template may ask upwards; Python may not."""

from collections.abc import Collection
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from contacts.rules.parties import Party
from outage.rules.ringing import ringing_hours

register = template.Library()


@register.inclusion_tag("_components/ringing_advice.html", takes_context=True)
def ringing_advice(context: Context, parties: Collection[str] | str | None) -> dict[str, Any]:
    """How a party, or each of several, is reached at this moment (R5.1–R5.5); empty where there is no party."""
    wanted = {parties} if isinstance(parties, str) else parties or ()
    routine = context["page"].routine
    hours = ringing_hours(timezone.now(), routine.limits)
    return {"advices": [routine.ringing_advice(party, hours) for party in Party if party in wanted]}
