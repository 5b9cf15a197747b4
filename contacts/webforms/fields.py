"""Fields for what people type about a contact, clock times and days of the year, and for what a rule asks."""

from collections.abc import Callable, Container
from datetime import date, time
from typing import Any
from uuid import uuid4

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contacts.rules.clock_words import day_words, parse_clock, parse_day
from contacts.rules.days import NOT_A_DAY, read_day
from contacts.rules.errors import Answers, Question, RuleError
from contacts.rules.hours import is_month_day
from contacts.rules.personal_number import NO_PATIENT, has_personal_number
from contacts.rules.phone import read_number
from contacts.webforms.copying import CopiedQuickly

from .differences import own_data


class _ReadField(forms.CharField):
    """What is typed is read by the rule `read`, which is all its validation."""

    read: Callable[[str], Any]

    def __init__(self, attrs: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        try:
            return self.read(text) if text else self.empty_value
        except RuleError as wrong:
            raise ValidationError(wrong.reason) from wrong

    def run_validators(self, value: Any) -> None:
        pass


def check_no_patient(text: str) -> None:
    """Raises ValidationError where a personal number stands in the text."""
    if has_personal_number(text):
        raise ValidationError(NO_PATIENT)


class NoPatientField(forms.CharField):
    """What is typed of no patient, for it is shown to others than those who may see patients, or kept for good."""

    default_validators = [check_no_patient]

    def __init__(self, *, help_text: str = "Inga patientuppgifter.", **kwargs: Any) -> None:
        super().__init__(help_text=help_text, **kwargs)


class ClockField(_ReadField):
    """A clock time as people type it: "8", "8.30", "08:30". None where nothing is typed."""

    read = staticmethod(parse_clock)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__({"inputmode": "numeric", "size": 6}, max_length=15, empty_value=None, **kwargs)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, time) else super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """As it is written elsewhere: 08.30."""
        return f"{value:%H.%M}" if isinstance(value, time) else value


class NumberField(forms.CharField):
    """A telephone number in standard form; "" for none. Those in `known`, which nobody typed here, stay."""

    # Asked only about what would be written in another way: it may have to be read.
    known: Container[str] = frozenset()

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"autocomplete": "off", "inputmode": "tel"})
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        try:
            number = read_number(text)
        except RuleError as wrong:
            if text in self.known:
                return text
            raise ValidationError(wrong.reason) from wrong
        return text if number != text and text in self.known else number


class DayField(_ReadField):
    """A day of the year as people type it: "15 juni" or "15/6". Cleaned to "MM-DD", "" where nothing is typed."""

    read = staticmethod(parse_day)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__({"size": 12}, max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As it is read: 15 juni."""
        return day_words(value) if isinstance(value, str) and is_month_day(value) else value


class DateField(forms.DateField):
    """None where none is given."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        kwargs["error_messages"] = {"invalid": NOT_A_DAY} | kwargs.get("error_messages", {})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return read_day(str(value))
        except RuleError as wrong:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from wrong


def reason_field(label: str, missing: str = "Skriv varför.") -> forms.CharField:
    return forms.CharField(label=label, max_length=300, error_messages={"required": missing})


_ASKED = "asked"
_ANSWER = "answer-"
_SALT = "asked-questions"


class SentOnce(forms.Form):
    """A form with an id made with its page: however often it is sent, it is saved once (`services.submissions`)."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    data: QueryDict
    # Each is of its own class.
    fields: dict[str, Any]
    _bound_fields_cache: dict[str, forms.BoundField]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.base_fields = CopiedQuickly(type(self).base_fields)  # type: ignore[misc]
        super().__init__(*args, **kwargs)


class AsksQuestions(SentOnce):
    """A form in which a rule can put questions: each a radio field `answer-<key>`, seen until the form is saved.

    The questions travel with the form, so that an answer stays in sight, and can be changed, while something else is
    put right. `_components/form_errors.html` shows them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked: dict[str, Question] = {}
        if self.is_bound:
            for question in _read_questions(self.data.get(_ASKED, "")):
                self._add_question(question)

    def _add_question(self, question: Question) -> None:
        self._asked[question.key] = question
        name = _ANSWER + question.key
        self.fields[name] = forms.ChoiceField(
            label=question.sentence,
            choices=question.choices,
            # Whoever asked decides whether the answer is still needed.
            required=False,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "Välj ett av svaren."},
        )
        self.fields[name].question = question
        self._bound_fields_cache.pop(name, None)

    def ask(self, question: Question) -> None:
        """Add `question` to a form that came in without an answer to it."""
        known = self._asked.get(question.key)
        if known and known.told != question.told:
            # What was answered was said of something else.
            own_data(self).pop(_ANSWER + question.key, None)
        self._add_question(question)
        self.add_error(_ANSWER + question.key, "Välj ett svar.")

    def answers(self) -> Answers:
        """Call after `is_valid`."""
        found = {key: self.cleaned_data.get(_ANSWER + key, "") for key in self._asked}
        return Answers(
            {key: value for key, value in found.items() if value},
            {key: question.told for key, question in self._asked.items()},
        )

    @property
    def questions(self) -> list[forms.BoundField]:
        """In the order in which they were asked."""
        return [self[_ANSWER + key] for key in self._asked]

    @property
    def asked(self) -> str:
        """The value of the hidden field that carries the questions."""
        asked = [[q.key, q.sentence, q.choices, q.links, q.warning, q.rows] for q in self._asked.values()]
        return signing.dumps(asked, salt=_SALT)

    def visible_fields(self) -> list[forms.BoundField]:
        """Leaves the questions out: they have their own place in the page."""
        return [field for field in super().visible_fields() if not field.name.startswith(_ANSWER)]


def _read_questions(text: str) -> list[Question]:
    try:
        return [Question(*asked) for asked in signing.loads(text, salt=_SALT)]
    except signing.BadSignature:
        return []
