"""What pages of the apps below tell of paper. A template may ask upwards; Python may not."""

from datetime import date

from django import template

from contacts.access import Acting
from forms.queries.pictures import why_lost
from forms.queries.purge import steps_of
from forms.rules.purge import PurgeStepKind
from outage.models import Outage

register = template.Library()
register.filter(why_lost)


@register.simple_tag
def purged_on(acting: Acting, outage: Outage) -> date | None:
    """The day on which what the acting principal has of the outage is purged, once that is confirmed."""
    last = steps_of(acting.principal, [outage])[outage.pk][-1:]
    return last[0].on if last and last[0].kind == PurgeStepKind.CONFIRMED else None
