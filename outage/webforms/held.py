"""What was typed in a form that its view no longer makes, field by field, as a form that is only read."""

from collections.abc import Mapping, Sequence

from django import forms
from django.http import QueryDict

from contacts.webforms.copying import copied_field
from outage.queries.care_chains import municipalities, wards
from outage.routine import current_routine
from outage.rules.wording import lower_first

from .moments import MomentField
from .particulars import particular_field
from .places import PLACE_FIELDS, PlaceField

_PLACES = {name: party for party, name in PLACE_FIELDS.items()}


def typed_form(declared: type[forms.Form], content: Mapping[str, Sequence[str]]) -> forms.Form:
    """With the fields that the class declares, and those that a form of a call makes of its messages."""
    data = QueryDict(mutable=True)
    for name, values in content.items():
        data.setlist(name, list(values))
    form = forms.Form(data)
    form.fields |= {name: copied_field(field) for name, field in declared.base_fields.items()}
    for name, field in form.fields.items():
        if isinstance(field, PlaceField) and name in _PLACES:
            party = _PLACES[name]
            field.queryset = municipalities() if name == "municipality" else wards(party)
    for name, field in _of_messages(content).items():
        form.fields.setdefault(name, field)
    return form


def names_in(form: forms.BaseForm) -> set[str]:
    """The names under which the fields of the form were sent."""
    found = set()
    for name, field in form.fields.items():
        found.add(name)
        if isinstance(field.widget, forms.MultiWidget):
            suffixes = field.widget.widgets_names  # type: ignore[attr-defined]
            found |= {f"{name}{suffix}" for suffix in suffixes}
    return found


def _of_messages(content: Mapping[str, Sequence[str]]) -> dict[str, forms.Field]:
    if "messages" not in content:
        return {}
    found: dict[str, forms.Field] = {"messages": forms.MultipleChoiceField(label="Meddelanden")}
    if "reason" in content:
        found["reason"] = forms.CharField(label="Varför rättas samtalet?")
    for value in content["messages"]:
        what, _, rest = value.partition(":")
        kind, _, party = rest.partition(":")
        message = current_routine().messages.get(kind) if what == "new" else None
        if message is None:
            continue
        prefix = f"{kind}-{party}"
        found[f"h-{prefix}"] = MomentField(label=f"{message.label}: när hände det?")
        for name in content:
            if name.startswith(f"p-{prefix}-"):
                field = particular_field(name.removeprefix(f"p-{prefix}-"))
                field.label = f"{message.label}: {lower_first(str(field.label))}"
                found[name] = field
    return found
