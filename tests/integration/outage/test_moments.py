"""A moment is typed as people write it, and means the one moment they mean, clock changes and midnight included."""

from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.template.loader import get_template

from outage.webforms.moments import ClockTimeField, MomentField
from tests.clock import standing_at


class AskForm(forms.Form):
    """A form with a moment that is asked for and one that is not."""

    at = MomentField(label="När?")
    maybe = MomentField(label="När kanske?", required=False)


def ask(at: tuple[str, str], maybe: tuple[str, str] = ("", "")) -> AskForm:
    """Fill in the form as typed: time and date of each moment."""
    names = ("at_kl", "at_dag", "maybe_kl", "maybe_dag")
    return AskForm(dict(zip(names, (*at, *maybe), strict=True)))


def moment(text: str) -> datetime:
    """From an ISO time with its offset."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("typed", ["10.52", "10:52", "1052", "10,52", " 10.52 "])
def test_a_time_is_read_as_people_type_it(typed: str):
    assert ask((typed, "2026-11-24")).fields["at"].clean([typed, "2026-11-24"]) == moment(
        "2026-11-24T10:52+01:00"
    )


@pytest.mark.parametrize(
    ("typed", "shown"), [("9.05", "09.05"), ("905", "09.05"), ("0.00", "00.00"), ("2359", "23.59")]
)
def test_times_near_the_ends_of_the_day_are_read(typed: str, shown: str):
    assert f"{ClockTimeField().clean(typed):%H.%M}" == shown


@pytest.mark.parametrize("typed", ["24.00", "10.60", "tio", "10.5", "1", "10.52.30", "-1.00", "１０.５２"])
def test_what_is_no_time_is_refused_in_swedish_and_stays_as_typed(typed: str):
    form = ask((typed, "2026-11-24"))
    assert not form.is_valid()
    midnight = "Midnatt skrivs 00.00, med datumet för dagen som börjar."
    assert form.errors["at"] == [midnight if typed == "24.00" else "Skriv tiden som 10.52."]
    assert f'value="{typed}"' in str(form["at"])


@pytest.mark.parametrize("date", ["2026-02-30", "i går"])
def test_what_is_no_date_is_refused_in_swedish_and_stays_as_typed(date: str):
    form = ask(("10.52", date))
    assert form.errors["at"] == ["Fyll i ett giltigt datum."]
    assert f'value="{date}"' in str(form["at"])


@pytest.mark.parametrize(
    ("name", "typed"),
    [("at", ("", "")), ("at", ("", "2026-11-24")), ("maybe", ("", "2026-11-24"))],
)
def test_a_date_without_a_time_asks_for_the_time_and_is_never_dropped(name: str, typed: tuple[str, str]):
    form = ask(typed) if name == "at" else ask(("10.52", ""), typed)
    assert not form.is_valid()
    assert form.errors[name] == ["Ange klockslag."]


def test_a_moment_that_is_not_asked_for_may_be_left_out():
    form = ask(("10.52", "2026-11-24"))
    assert form.is_valid()
    assert form.cleaned_data["maybe"] is None


@pytest.mark.parametrize(
    ("now", "typed", "meant"),
    [
        ("2026-11-24T10:52+01:00", "09.30", "2026-11-24T09:30+01:00"),
        ("2026-11-24T00:10+01:00", "00.00", "2026-11-24T00:00+01:00"),
        ("2026-07-01T00:30+02:00", "00.05", "2026-07-01T00:05+02:00"),
    ],
)
def test_no_date_means_today_in_stockholm(now: str, typed: str, meant: str):
    with standing_at(moment(now)):
        form = ask((typed, ""))
        assert form.is_valid()
    assert form.cleaned_data["at"] == moment(meant)
    assert form.cleaned_data["at"].utcoffset() == moment(meant).utcoffset()


@pytest.mark.parametrize(
    ("now", "typed", "meant"),
    [
        # The night to winter time, when 02.00–03.00 comes twice: the latest that has been is meant.
        ("2026-10-25T02:40+02:00", "02.30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:10+01:00", "02.30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:40+01:00", "02.30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T08:00+01:00", "02.30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T08:00+01:00", "01.59", "2026-10-25T01:59+02:00"),
        ("2026-10-25T08:00+01:00", "03.00", "2026-10-25T03:00+01:00"),
        # The night to summer time, whose hour from two is not there.
        ("2026-03-29T08:00+02:00", "01.59", "2026-03-29T01:59+01:00"),
        ("2026-03-29T08:00+02:00", "03.00", "2026-03-29T03:00+02:00"),
    ],
)
def test_both_clock_changes_are_minded(now: str, typed: str, meant: str):
    with standing_at(moment(now)):
        form = ask((typed, moment(now).date().isoformat()))
        assert form.is_valid(), form.errors
    assert form.cleaned_data["at"].timestamp() == moment(meant).timestamp()


@pytest.mark.parametrize("typed", ["02.00", "02.30", "02.59"])
def test_a_time_that_the_clock_skips_is_refused(typed: str):
    form = ask((typed, "2026-03-29"))
    assert form.errors["at"] == ["Klockan ställdes om då: tiden finns inte. Ange en annan tid."]


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("date", ["2026-11-24", "2026-07-01", "2026-10-25", "2026-03-29"])
def test_what_a_form_shows_is_read_back_as_the_same_moment(date: str, hour: int):
    """Every hour of UTC of four days, the two nights of the clock changes among them."""
    at = moment(f"{date}T{hour:02}:30+00:00")
    with standing_at(at):
        shown = AskForm(initial={"at": at})["at"]
        values: list[Any] = shown.field.widget.decompress(shown.value())
        read = ask((values[0], str(values[1]))).fields["at"].clean([values[0], str(values[1])])
    assert read.timestamp() == at.timestamp()


def test_the_template_of_a_moment_is_there():
    assert get_template(MomentField().widget.template_name)


@pytest.mark.parametrize("stored", ["2026-10-25T02:30:41+02:00", "2026-10-25T02:30:41+01:00"])
@pytest.mark.parametrize("carried", [True, False])
def test_an_unchanged_time_in_the_repeated_hour_keeps_its_offset_and_its_seconds(stored: str, carried: bool):
    """Also where the page's unseen box does not come back, as long as the form starts with the stored moment."""
    at = moment(stored)
    with standing_at(moment("2026-10-25T09:00+01:00")):
        box = AskForm(initial={"at": at})["at"]
        shown = box.field.widget.decompress(box.value())
        data = {"at_kl": shown[0], "at_dag": str(shown[1]), "at_visad": shown[2] if carried else ""}
        form = AskForm(data, initial={"at": at})
        assert form.is_valid(), form.errors
    assert form.cleaned_data["at"].timestamp() == at.timestamp()


def test_a_form_opened_before_the_clock_goes_back_and_sent_after_means_what_it_showed():
    with standing_at(moment("2026-10-25T02:50+02:00")):
        box = AskForm(initial={"at": moment("2026-10-25T02:50+02:00")})["at"]
        shown = box.field.widget.decompress(box.value())
        assert f'name="at_visad" value="{shown[2]}"' in str(box)
    with standing_at(moment("2026-10-25T02:55+01:00")):
        form = AskForm({"at_kl": shown[0], "at_dag": str(shown[1]), "at_visad": shown[2]})
        assert form.is_valid()
    assert form.cleaned_data["at"].isoformat() == "2026-10-25T02:50:00+02:00"


@pytest.mark.parametrize(
    "carried", ["x", "0001-01-01T00:00+05:00", "9999-12-31T23:59:59+00:00", "2026-11-24T10:52", "\x00", "1e9"]
)
def test_an_unseen_box_that_somebody_wrote_in_changes_nothing(carried: str):
    form = AskForm({"at_kl": "10.52", "at_dag": "2026-11-24", "at_visad": carried})
    assert form.is_valid() == ("\x00" not in carried)
    if form.is_valid():
        assert form.cleaned_data["at"] == moment("2026-11-24T10:52+01:00")


def test_the_unseen_box_alone_is_no_moment():
    form = AskForm({"at_kl": "", "at_dag": "", "at_visad": "2026-11-24T10:52:00+01:00"})
    assert form.errors["at"] == ["Ange klockslag."]


def test_a_word_for_a_day_is_read_and_said():
    with standing_at(moment("2026-11-26T08:00+01:00")):
        form = AskForm({"at_kl": "igår 23.50", "at_dag": "2026-11-26"})
        assert form.is_valid()
    assert form.cleaned_data["at"] == moment("2026-11-25T23:50+01:00")
    assert form.fields["at"].note == "Tiden är läst som ons 25 nov 23.50."
