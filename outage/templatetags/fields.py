"""A form's field, as crispy-forms writes it. One that is empty, or says what time it is, is rendered once and cached.

Has the name of the library's own filter, which it takes the place of.
"""

from collections.abc import Hashable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field as rendered
from django import template
from django.forms import BoundField, Field, Widget
from django.utils.functional import Promise

register = template.Library()

_MOST_KEPT = 2000
# As most is.
_PLAIN = frozenset({type(None), str, int, bool})
# Not what is shown of a field, or told by the rest of what it is known by.
_NOT_SHOWN = {"error_messages", "validators", "known", "localize", "show_hidden_initial"}


class _Varies(Exception):
    """Something of which it is not known whether it is always shown alike."""


class _Shown:
    """A field, found again by `known_by`."""

    def __init__(self, known_by: Hashable, field: BoundField) -> None:
        self.known_by, self.field = known_by, field

    def __hash__(self) -> int:
        return hash(self.known_by)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shown) and self.known_by == other.known_by


@register.filter
def as_crispy_field(field: BoundField) -> str:
    form, value = field.form, field.value()
    # The time of a call is filled in with this minute.
    says_nothing = value in (None, "") or isinstance(value, date)
    if form.is_bound or not says_nothing or hasattr(form, "helper"):
        return rendered(field)  # type: ignore[no-any-return]
    try:
        known_by = (
            type(form),
            field.html_name,
            field.auto_id,
            form.use_required_attribute,
            value,
            _told(field.field),
        )
        return _empty(_Shown(known_by, field))
    except _Varies:
        return rendered(field)  # type: ignore[no-any-return]


@lru_cache(maxsize=_MOST_KEPT)
def _empty(shown: _Shown) -> str:
    found: str = rendered(shown.field)
    # It is kept for as long as the process lives: without the form, and what the form knows.
    del shown.field
    return found


def _told(value: Any) -> Hashable:
    """What is to be known of a field, a widget or a part of one; raises _Varies."""
    if type(value) in _PLAIN or isinstance(value, str | int | float | date | type):
        return value  # type: ignore[no-any-return]
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, list | tuple):
        return tuple(map(_told, value))
    if isinstance(value, Mapping):
        return tuple((name, _told(each)) for name, each in value.items())
    if isinstance(value, Field | Widget):
        told = vars(value)
        return (type(value), *((name, _told(each)) for name, each in told.items() if name not in _NOT_SHOWN))
    raise _Varies
