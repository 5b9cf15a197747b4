"""The CSRF token of a form, and with it the mark of whose form it is, so that no form has the one without the other."""

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> str:
    """Django's own, and the mark where somebody is logged in; the same in all forms of a page."""
    page = context.get("page")
    return page.in_each_form if page is not None else CsrfTokenNode().render(context)
