"""Two who change the same row: what the one typed beside what the other saved, field by field."""

import json
from collections.abc import Collection
from functools import partial
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.forms import BaseForm, BoundField
from django.http import QueryDict

from contacts.presenters.keeping import NOTHING, Difference

UNTOUCHED = "inget nytt: det som nu står gäller"
_OPENED = "opened"
_OF_THE_CHANGE = {"reason", "told_rightly", "messages", "scope_from"}


def own_data(form: BaseForm) -> QueryDict:
    """What came in, as a copy that may be written to: from now on it is what the form reads."""
    form.data = data = cast("QueryDict", form.data).copy()
    return data


class Opened(forms.Form):
    """A form that carries, hidden, what each field said when its page was made, so that the untouched are known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[_OPENED] = forms.CharField(required=False, widget=forms.HiddenInput)
        if not self.is_bound:
            self.initial[_OPENED] = partial(fingerprints, self)


def fingerprints(form: BaseForm) -> str:
    """What each field says, by name, in a form that tells nobody what it is."""
    return json.dumps({field.name: _fingerprint(field) for field in form.visible_fields()}, sort_keys=True)


def _fingerprint(field: BoundField) -> str:
    return sha256(shown(field).encode()).hexdigest()[:10]


def form_differences(
    typed: BaseForm, stands: BaseForm, of_the_change: Collection[str] = _OF_THE_CHANGE, by: str = _OPENED
) -> list[Difference]:
    """What differs between a form that came in and the same form as the row stands now, in the order of the fields.

    Both are compared by what a person reads in them, and by what was read, so that two ways to write the same are the
    same. What is only said `of_the_change` is no part of what stands. A field that says what it did when the form was
    opened, by the fingerprints in its field `by`, was not touched: it becomes what stands now, so that saving takes
    nothing back that the other one wrote.
    """
    data, found = own_data(typed), []
    opened = _read(data.get(typed.add_prefix(by), ""))
    now = json.loads(fingerprints(stands))
    for field in typed.visible_fields():
        name = field.name
        if name not in now or name in of_the_change or shown(field) == shown(stands[name]):
            continue
        if (read := getattr(typed, "cleaned_data", {}).get(name)) and read == stands[name].initial:
            continue
        mine = _in_words(field)
        if opened.get(name) == _fingerprint(field) and _follow(data, typed.fields[name], stands[name]):
            mine = UNTOUCHED
        found.append(Difference(str(field.label), _in_words(stands[name]), mine))
    data[typed.add_prefix(by)] = fingerprints(stands)
    return found


def _in_words(field: BoundField) -> str:
    """As `shown`; of a choice that need not be made, what it means that none is."""
    choices = () if field.field.required else getattr(field.field, "choices", ())
    none_made = () if isinstance(field.field, forms.ModelChoiceField) else choices
    return shown(field) or next((str(label) for key, label in none_made if key == ""), NOTHING)


def is_untouched(form: BaseForm, *names: str) -> bool:
    """Whether each of the fields says what it did when the form that came in was opened."""
    opened = _read(form.data.get(form.add_prefix(_OPENED), ""))
    return all(opened.get(name) == _fingerprint(form[name]) for name in names)


def let_follow(form: BaseForm, name: str) -> None:
    """Empty a field of a form that came in, as if it had been opened so."""
    data = own_data(form)
    data[form.add_prefix(name)] = ""
    opened = _read(data.get(form.add_prefix(_OPENED), ""))
    data[form.add_prefix(_OPENED)] = json.dumps(opened | {name: _fingerprint(form[name])}, sort_keys=True)


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _follow(data: QueryDict, typed: forms.Field, stands: BoundField) -> bool:
    """Let a field of a form that came in with `data` say what stands; False where it cannot."""
    value, widget, said = stands.value(), stands.field.widget, shown(stands)
    choices = getattr(typed, "choices", None)
    if choices is not None and said and not isinstance(value, list | tuple):
        # The same key may mean another place there.
        keys = [str(getattr(key, "value", key)) for key, label in choices if str(label) == said]
        if len(keys) != 1:
            return False
        value = keys[0]
    boxes, parts = [("", widget)], [value]
    if isinstance(widget, forms.MultiWidget):
        names: list[str] = widget.widgets_names  # type: ignore[attr-defined]
        boxes, parts = list(zip(names, widget.widgets, strict=True)), widget.decompress(value) or []
    for (suffix, box), part in zip(boxes, parts, strict=True):
        put = ("on" if part else None) if isinstance(box, forms.CheckboxInput) else box.format_value(part)
        data.pop(stands.html_name + suffix, None)
        if put not in (None, "", []):
            data.setlist(stands.html_name + suffix, put if isinstance(put, list) else [put])
    return True


def shown(field: BoundField) -> str:
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
