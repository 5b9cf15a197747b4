"""Two who change the same row: what the one typed beside what the other saved, field by field."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.forms import BoundField

from contacts.presenters.keeping import NOTHING, Difference

UNTOUCHED = "inte ändrat av dig: det som nu står gäller"
_OF_THE_CHANGE = {"reason", "told_rightly", "messages", "scope_from"}


def form_differences(
    typed: forms.Form,
    stands: forms.Form,
    opened: forms.Form | None = None,
    of_the_change: Collection[str] = _OF_THE_CHANGE,
) -> list[Difference]:
    """What differs between a form that came in and the same form as the row stands now, in the order of the fields.

    Both are compared by what a person reads in them, so that two ways to write the same are the same. What is only said
    `of_the_change` is no part of what stands. A field that is as it was in the form that was `opened` was not touched:
    it becomes what stands now, so that saving takes nothing back that the other one wrote.
    """
    found = []
    for field in typed.visible_fields():
        name = field.name
        if name not in stands.fields or name in of_the_change or shown(field) == shown(stands[name]):
            continue
        mine = shown(field) or NOTHING
        if opened is not None and name in opened.fields and shown(field) == shown(opened[name]):
            _follow(typed, stands[name])
            mine = UNTOUCHED
        found.append(Difference(str(field.label), shown(stands[name]) or NOTHING, mine))
    return found


def _follow(typed: forms.Form, stands: BoundField) -> None:
    """Let a field of a form that came in, whose data is a copy of its own, say what stands."""
    value, widget = stands.value(), stands.field.widget
    boxes, parts = [("", widget)], [value]
    if isinstance(widget, forms.MultiWidget):
        boxes, parts = list(zip(widget.widgets_names, widget.widgets, strict=True)), widget.decompress(value)
    for (suffix, box), part in zip(boxes, parts, strict=True):
        said = box.format_value(part)
        typed.data.pop(stands.html_name + suffix, None)
        if isinstance(box, forms.CheckboxInput):
            said = "on" if part else None
        if said not in (None, "", []):
            typed.data.setlist(stands.html_name + suffix, said if isinstance(said, list) else [said])


def shown(field: BoundField) -> str:
    """What stands in a field, in words."""
    value = field.value()
    choices = getattr(field.field, "choices", None)
    if choices is not None:
        values = value if isinstance(value, list | tuple) else [value]
        labels = {str(getattr(key, "value", key)): str(label) for key, label in choices if str(key)}
        return ", ".join(labels.get(str(part), "") for part in values if part not in (None, ""))
    if isinstance(field.field, forms.BooleanField):
        return "Ja" if value else "Nej"
    if isinstance(field.field, forms.MultiValueField):
        widget = field.field.widget
        # As it was read: 1052 is 10.52.
        read = field.form.cleaned_data.get(field.name) if field.form.is_bound else None
        parts = value if isinstance(value, list) and not read else widget.decompress(read or value)
        seen = [part for part, box in zip(parts, widget.widgets, strict=False) if not box.is_hidden]
        return " ".join(_text(part) for part in reversed(seen) if part)
    return _text(value)


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())
