"""The copies of its fields that a form has are what Django's would be, and what one form changes is its own."""

from copy import deepcopy

from django import forms

from contacts.webforms.copying import CopiedQuickly, copied_field
from outage.webforms.calls import CallForm
from outage.webforms.chains import ChainForm


class _OwnWay(forms.CharField):
    def __deepcopy__(self, memo):
        return "copied in its own way"


def _parts(value, depth=0):
    """What a field is made of, down to what is not copied."""
    if isinstance(value, forms.Field | forms.Widget):
        return type(value), {name: _parts(part) for name, part in vars(value).items()}
    if isinstance(value, list | tuple):
        return type(value), [_parts(each) for each in value]
    if isinstance(value, dict):
        return {key: _parts(each) for key, each in value.items()}
    return value if isinstance(value, str | int | bool | type(None)) else type(value)


def test_a_copy_is_what_django_makes():
    for form in (CallForm, ChainForm):
        fields = form.base_fields
        made, django = deepcopy(CopiedQuickly(fields)), deepcopy(dict(fields))
        assert type(made) is dict
        assert list(made) == list(django)
        for name, field in fields.items():
            assert _parts(made[name]) == _parts(django[name]), name
            assert made[name] is not field
            assert made[name].widget is not field.widget
            assert made[name].widget.attrs is not field.widget.attrs
            for part in ("error_messages", "validators"):
                assert getattr(made[name], part) is not getattr(field, part)


def test_what_is_changed_in_a_copy_stays_there():
    class Form(forms.Form):
        one = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect({"class": "x"}))

    copied = copied_field(Form.base_fields["one"])
    copied.choices = [("b", "B")]
    copied.widget.attrs["class"] = "y"
    copied.error_messages["required"] = "Nej"
    copied.validators.append(print)
    field = Form.base_fields["one"]
    assert list(field.choices) == list(field.widget.choices) == [("a", "A")]
    assert field.widget.attrs == {"class": "x"}
    assert print not in field.validators
    assert field.error_messages["required"] != "Nej"


def test_a_field_that_says_how_it_is_copied_is_asked():
    assert copied_field(_OwnWay()) == "copied in its own way"
