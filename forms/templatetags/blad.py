"""What pages of the apps below tell of paper. A template may ask upwards; Python may not."""

from django import template

from contacts.access import Acting, can
from contacts.rules.permissions import Right
from forms.queries.left import count_not_entered

register = template.Library()


@register.simple_tag
def sheets_not_entered(acting: Acting | None) -> int:
    """How many sheets of the acting unit were filled in by hand and are not entered yet; 0 for who may not see them."""
    if acting is None or not can(acting, Right.HANDLE_SHEETS):
        return 0
    return count_not_entered(acting.unit)
