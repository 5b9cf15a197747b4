"""A form's field that stands empty is rendered once; one with something in it each time, and nothing of it is kept."""

import gc
from datetime import UTC, datetime

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field as rendered
from django import forms

from outage.templatetags import fields
from outage.webforms.moments import DayField, MomentField


class _Form(forms.Form):
    word = forms.CharField(label="Ord <1>", help_text="Hjälp", max_length=9)
    longer = forms.CharField(required=False, widget=forms.Textarea({"rows": 2}))
    one = forms.ChoiceField(choices=[("", "Välj"), ("a", "A")], required=False)
    ticked = forms.BooleanField(required=False)
    radio = forms.ChoiceField(choices=[("a", "A")], required=False, widget=forms.RadioSelect)
    file = forms.FileField(required=False)
    hidden = forms.CharField(required=False, widget=forms.HiddenInput)
    at = MomentField(required=False)
    day = DayField(required=False)


@pytest.fixture(autouse=True)
def nothing_kept():
    fields._empty.cache_clear()
    yield
    fields._empty.cache_clear()


def test_an_empty_field_is_as_the_library_writes_it_and_is_rendered_once():
    for _ in range(2):
        for name in _Form.base_fields:
            assert fields.as_crispy_field(_Form()[name]) == rendered(_Form()[name]), name
    info = fields._empty.cache_info()
    assert info.hits >= len(_Form.base_fields) - 1
    assert info.misses <= len(_Form.base_fields)


def test_what_is_said_of_a_field_is_shown_though_another_like_it_was_kept():
    fields.as_crispy_field(_Form()["word"])
    changes = (
        lambda form: setattr(form.fields["word"], "label", "Annat"),
        lambda form: setattr(form.fields["word"], "required", False),
        lambda form: setattr(form.fields["word"], "help_text", "Annan"),
        lambda form: setattr(form.fields["word"], "disabled", True),
        lambda form: form.fields["word"].widget.attrs.update({"data-x": "1"}),
        lambda form: setattr(form, "use_required_attribute", False),
        lambda form: setattr(form.fields["word"], "widget", forms.PasswordInput()),
        lambda form: setattr(form.fields["one"], "choices", [("b", "B")]),
    )
    for change in changes:
        for name in ("word", "one"):
            one, other = _Form(), _Form()
            change(one), change(other)
            assert fields.as_crispy_field(one[name]) == rendered(other[name])
    assert fields.as_crispy_field(_Form(prefix="p")["word"]) == rendered(_Form(prefix="p")["word"])
    assert fields.as_crispy_field(_Form(auto_id="x_%s")["word"]) == rendered(_Form(auto_id="x_%s")["word"])


def test_a_time_is_rendered_once_and_another_one_is_shown():
    times = [datetime(2026, 11, 24, 9, minute, tzinfo=UTC) for minute in (52, 53)]
    for at in (*times, *times, None):
        forms_of = [_Form(initial={"at": at, "day": at and at.date()}) for _ in range(2)]
        for name in ("at", "day"):
            assert fields.as_crispy_field(forms_of[0][name]) == rendered(forms_of[1][name])
    assert fields._empty.cache_info().misses == 3 + 2


def test_nothing_that_somebody_typed_is_kept():
    for form in (
        lambda: _Form({"word": "Sture"}),
        lambda: _Form(initial={"word": "Sture"}),
        lambda: _Form({}),
    ):
        assert fields.as_crispy_field(form()["word"]) == rendered(form()["word"])
    assert fields._empty.cache_info().currsize == 0
    fields.as_crispy_field(_Form()["word"])
    # The key of what is kept does not hold the form.
    gc.collect()
    assert [each for each in gc.get_objects() if type(each) is fields._Shown and hasattr(each, "field")] == []
