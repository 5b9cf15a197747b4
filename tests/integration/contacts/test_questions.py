"""A rule that needs an answer asks it in the form: nothing typed is lost, and the answer stays in sight."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from contacts.rules.errors import Question, RuleError
from contacts.views.tools import FormPage
from contacts.webforms.fields import AsksQuestions
from tests.integration.outage.pages import fields_of, read

SENTENCE = "Flyttad eller <fel> angiven?"
CHOICES = (("moved", "Flyttad"), ("wrong", "Fel angiven"))


class PlaceForm(AsksQuestions):
    client_id = None
    place = forms.CharField()


class PlainForm(forms.Form):
    place = forms.CharField()


def send(
    form_class: type[forms.Form] = PlaceForm,
    error: RuleError | None = None,
    sentence: str = SENTENCE,
    **typed: str,
):
    """Send the form to a view whose rule asks; give the status, what was saved and the page."""
    request: HttpRequest = RequestFactory().post("/", typed)
    form = form_class(request.POST)
    saved: list[dict[str, str]] = []

    page = FormPage(request, form)
    if page.to_save():
        with page:
            answers = form.answers() if isinstance(form, AsksQuestions) else {}
            Question("move", sentence, CHOICES).settled(answers)
            if error:
                raise error
            saved.append(answers)
            return 302, saved, read(HttpResponse())
    html = Template('{% part "_components/form_errors.jinja" %}').render(Context({"form": form}))
    response = HttpResponse(f"<main><form>{form['place']}{html}</form></main>", status=page.status)
    return response.status_code, saved, read(response)


def typed_in(page) -> dict[str, str]:
    return {name: values[0] for name, values in fields_of(page.main.form).items()}


def test_a_question_is_asked_with_everything_typed_kept():
    status, saved, page = send(place="Malå")
    assert (status, saved) == (422, [])
    assert page.find("legend").text == SENTENCE
    radios = page.find_all("input", {"type": "radio", "name": "answer-move"})
    assert [radio["value"] for radio in radios] == ["moved", "wrong"]
    assert typed_in(page)["place"] == "Malå"
    assert page.get_text().count(SENTENCE) == 1
    assert page.find(attrs={"role": "alert"}).fieldset.legend.text == SENTENCE


def test_an_answer_sent_with_the_form_is_what_the_rule_gets():
    _, _, page = send(place="Malå")
    status, saved, _ = send(**typed_in(page) | {"answer-move": "moved"})
    assert (status, saved) == (302, [{"move": "moved"}])


def test_an_answer_stays_in_sight_while_something_else_is_put_right():
    _, _, page = send(place="Malå")
    answered = typed_in(page) | {"answer-move": "wrong"}
    status, _, page = send(error=RuleError("Nej.", field="place"), **answered)
    assert status == 422
    assert typed_in(page)["answer-move"] == "wrong"
    assert send(**typed_in(page))[1] == [{"move": "wrong"}]


def test_what_is_no_answer_is_asked_again():
    _, _, page = send(place="Malå")
    for nonsense in ("", "elsewhere"):
        status, saved, again = send(**typed_in(page) | {"answer-move": nonsense})
        assert (status, saved) == (422, [])
        assert again.find("legend").text == SENTENCE
    status, saved, _ = send(place="Malå", asked="made up", **{"answer-move": "moved"})
    assert (status, saved) == (422, [])


def test_an_answer_to_another_sentence_is_no_answer():
    _, _, page = send(place="Malå")
    status, saved, again = send(sentence="Flyttad från Åsele?", **typed_in(page) | {"answer-move": "moved"})
    assert (status, saved) == (422, [])
    assert again.find("legend").text == "Flyttad från Åsele?"
    assert send(sentence="Flyttad från Åsele?", **typed_in(again) | {"answer-move": "wrong"})[0] == 302


def test_a_form_that_can_not_be_asked_says_the_question():
    status, _, page = send(PlainForm, place="Malå")
    assert status == 422
    assert SENTENCE in page.find(attrs={"role": "alert"}).text
