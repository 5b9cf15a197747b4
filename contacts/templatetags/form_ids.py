"""Ids for forms that stand many on a page, each made when the page is."""

from uuid import UUID, uuid4

from django import template

register = template.Library()


@register.simple_tag
def new_id() -> UUID:
    """An id for one form, so that it is one row however often it is sent."""
    return uuid4()
