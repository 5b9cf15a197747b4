"""A page with a form that somebody else was first to change: it says so, and more where the view has more to say."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from contacts.models import Unit
from contacts.rules.errors import CHANGED_MEANWHILE, IdClash, NotAllowed, RuleError
from contacts.services.versions import ChangedMeanwhile
from contacts.views.tools import FormPage, get_or_404, told_if_refused
from contacts.webforms.differences import Opened
from contacts.webforms.fields import SentOnce

ID = "7d2c3f0e-5a60-4b8e-9a39-1d7f0f0a1b11"


class TownForm(Opened, SentOnce):
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    town = forms.CharField(label="Ort")


@pytest.fixture
def request_of():
    def made(**typed: str) -> HttpRequest:
        request = RequestFactory().post("/", {"client_id": ID, **typed})
        request._messages = CookieStorage(request)
        return request

    return made


def refused(request: HttpRequest, error: RuleError) -> FormPage:
    page = FormPage(request, TownForm(request.POST))
    assert page.to_save()
    with page:
        raise error
    return page


def test_who_is_second_is_told_so_where_the_view_says_no_more(request_of):
    page = refused(request_of(town="Malå"), ChangedMeanwhile())
    assert (page.status, page.changed) == (409, True)
    assert page.form.non_field_errors() == [CHANGED_MEANWHILE]
    assert page.form["town"].value() == "Malå"


def test_what_differs_takes_the_place_of_the_bare_sentence_and_the_form_replaces_what_stands(request_of):
    page = refused(request_of(town="Malå", version="1"), ChangedMeanwhile())
    page.tell_changed("Bo Ek har ändrat.", TownForm(initial={"town": "Åsele"}), version=2)
    assert not page.form.errors
    assert page.told["changed_by"] == "Bo Ek har ändrat."
    (difference,) = page.told["differences"]
    assert (difference.label, difference.old, difference.new) == ("Ort", "Åsele", "Malå")
    assert page.form["version"].value() == "2"
    assert page.form["client_id"].value() not in ("", ID)


@pytest.mark.parametrize(("field", "beside"), [("town", "town"), ("elsewhere", "town"), (None, "town")])
def test_a_refusal_stands_beside_its_field_else_where_the_view_says(request_of, field, beside):
    request = request_of(town="Malå")
    page = FormPage(request, TownForm(request.POST), beside="town")
    assert page.to_save()
    with page:
        raise RuleError("Nej.", field=field)
    assert (page.status, page.changed) == (422, False)
    assert page.form.errors == {beside: ["Nej."]}


def test_who_may_not_is_refused_and_another_fault_is_no_answer(request_of):
    with pytest.raises(PermissionDenied, match="Inte du"):
        refused(request_of(town="Malå"), NotAllowed("Inte du."))
    with pytest.raises(ZeroDivisionError):
        refused(request_of(town="Malå"), ZeroDivisionError())


def test_a_held_form_is_only_shown(request_of):
    request = request_of(town="", held="1")
    page = FormPage(request, TownForm(request.POST))
    assert not page.to_save()
    assert (page.status, request.shown_again) == (200, page.form)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuleError("För sent."), "Inget är sparat. För sent. Läs igen."),
        (IdClash("Finns."), "Inget är sparat. Ladda om."),
        (None, None),
    ],
)
def test_a_press_that_is_refused_says_why_on_the_next_page(request_of, error, told):
    request = request_of()
    with told_if_refused(request, "Inget är sparat.", "Läs igen.", clash="Ladda om."):
        if error:
            raise error
    assert [str(message) for message in get_messages(request)] == ([told] if told else [])


def test_nothing_found_is_404_in_either_way_of_finding_nothing():
    def missing() -> Unit:
        raise Unit.DoesNotExist

    assert get_or_404({"a": 1}.get, "a") == 1
    for read in ({"a": 1}.get, lambda _: missing()):
        with pytest.raises(Http404):
            get_or_404(read, "b")
