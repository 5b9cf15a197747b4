"""The form of a contact: numbers as rows, hours by what applies."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from contacts.models import DirectoryEntry, Unit
from contacts.queries.keeping import Kept
from contacts.rules.entry_facts import FIRST_COLUMN, HOUR_LABELS, LABELS, TEXTS, EntryFacts, EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.hours import OPEN_BY_DAY, Availability, Eves, Hours, Span, Summer, check_hours, day_of
from contacts.rules.phone import LONGEST_NUMBER, Phone, PhoneKind, check_phone, same_number, tidy_number

from .differences import Opened
from .fields import AsksQuestions, ClockField, DayField, NoPatientField
from .search import LONGEST_TEXT, ContactSearchForm

NUMBER_ROWS = 6
# Before and after a pause.
DAY_PARTS = 2
DAY_LABELS = ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag", "Helgdag")
_OF_DAYTIME = ("opens_at", "closes_at", "friday_closes_at")
_WITH_EVES = (*OPEN_BY_DAY, Availability.EVENING_WEEKEND)
# The days have two fields each.
_HOUR_FIELDS = tuple(name for name in HOUR_LABELS if name != "days")


class KeptForm(ContactSearchForm):
    """The filter, the search text, the page. Invalid values are ignored."""

    visa = forms.ChoiceField(required=False, choices=Kept.choices())
    q = forms.CharField(label="Sök bland egna kontakter", required=False, max_length=LONGEST_TEXT)

    def wanted(self) -> tuple[Kept, str, int]:
        """The filter, the text and the page; for an invalid one the first."""
        self.is_valid()
        data = self.cleaned_data
        return Kept(data.get("visa") or Kept.ALL), data.get("q", ""), data.get("sida") or 1


def _text(fact: str, **more: Any) -> forms.CharField:
    said: dict[str, Any] = {"label": LABELS[fact], "max_length": FIRST_COLUMN[fact].longest, "help_text": ""}
    return NoPatientField(required=False, **said | more)


def _clock(column: str) -> ClockField:
    return ClockField(label=HOUR_LABELS[column])


class EntryForm(Opened, AsksQuestions):
    """A contact. After `is_valid`, `facts()` gives what is said of it.

    What stands in a part that does not apply is left out where it stood there before, and told of where it was
    typed now: nothing that is typed disappears without a word.
    """

    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=LABELS["kind"],
        choices=[("", "Välj typ"), *EntryKind.choices()],
        error_messages={"required": "Välj typ."},
    )
    unit = forms.ChoiceField(label=LABELS["unit"], required=False)
    name = _text("name", help_text="Så som kontakten ska stå i listor. Tomt: för- och efternamn.")
    first_name = _text("first_name")
    last_name = _text("last_name")
    title = _text("title")
    department = _text("department")
    availability = forms.ChoiceField(
        label=HOUR_LABELS["availability"],
        choices=Availability.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Välj när kontakten gäller."},
    )
    opens_at = _clock("opens_at")
    closes_at = _clock("closes_at")
    friday_closes_at = _clock("friday_closes_at")
    lunch_from = _clock("lunch_from")
    lunch_to = _clock("lunch_to")
    eves = forms.ChoiceField(label=HOUR_LABELS["eves"], choices=Eves.choices())
    eve_closes_at = _clock("eve_closes_at")
    summer_from = DayField(label=HOUR_LABELS["summer_from"])
    summer_to = DayField(label="Sommartid till och med")
    summer_opens_at = _clock("summer_opens_at")
    summer_closes_at = _clock("summer_closes_at")
    remark = NoPatientField(
        label=LABELS["remark"],
        max_length=FIRST_COLUMN["remark"].longest,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    owner = _text("owner", help_text="Vem hos er som svarar för att uppgifterna stämmer.")
    source = _text("source", help_text="Varifrån uppgifterna kommer.")
    verified = forms.BooleanField(label="Jag har kontrollerat att uppgifterna stämmer", required=False)

    def __init__(
        self,
        *args: Any,
        units: Sequence[Unit],
        rows: int = NUMBER_ROWS,
        parts: int = DAY_PARTS,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._units = {str(unit.pk): unit for unit in units}
        self._rows, self._parts = rows, parts
        choices = [(pk, unit.name) for pk, unit in self._units.items()]
        self.fields["unit"].choices = [("", "Ingen enhet"), *choices]
        for row in range(rows):
            kind = forms.ChoiceField(
                label=f"Slag av nummer {row + 1}", choices=PhoneKind.choices(), required=False
            )
            self.fields[f"kind_{row}"] = kind
            # What a browser sends of a row that nobody has touched.
            self.initial.setdefault(f"kind_{row}", next(iter(PhoneKind)).value)
            self.fields[f"number_{row}"] = forms.CharField(
                label=f"Nummer {row + 1}",
                required=False,
                max_length=LONGEST_NUMBER,
                widget=forms.TextInput({"inputmode": "tel"}),
            )
        for place, day in enumerate(DAY_LABELS):
            for part in range(parts):
                again = " igen" if part else ""
                for name, word in zip(_clock_names(place, part), ("från", "till"), strict=True):
                    self.fields[name] = ClockField(label=f"{day}{again} {word}")

    @property
    def number_rows(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"kind_{row}"], self[f"number_{row}"]) for row in range(self._rows)]

    @property
    def day_rows(self) -> list[tuple[str, list[tuple[BoundField, BoundField]]]]:
        """The week and the public holiday: the day, and from and to of each time it may have."""
        rows = []
        for place, day in enumerate(DAY_LABELS):
            names = [_clock_names(place, part) for part in range(self._parts)]
            rows.append((day, [(self[opens], self[closes]) for opens, closes in names]))
        return rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        person = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        # A person who changes name does so once: the name in lists follows, unless somebody has written another.
        if person and ("name" not in self.changed_data or not data.get("name")):
            data["name"] = person
        if not data.get("name") and "name" not in self.errors:
            self.add_error("name", "Skriv ett namn, eller för- och efternamn.")
        data["phones"] = self._phones(data)
        if not any(name in _HOUR_FIELDS or name.startswith("day_") for name in self.errors):
            data["hours"] = self._hours(data)
        return data

    def facts(self) -> EntryFacts:
        """What was filled in; call after `is_valid`."""
        data = self.cleaned_data
        unit = self._units.get(data["unit"])
        told = {name: data[name] for name in ("name", "phones", "hours", *TEXTS)}
        return EntryFacts(kind=EntryKind(data["kind"]), unit=unit.name if unit else "", **told)

    def _phones(self, data: dict[str, Any]) -> tuple[Phone, ...]:
        phones: list[Phone] = []
        for row in range(self._rows):
            typed = data.get(f"number_{row}")
            if not typed:
                continue
            phone = Phone(PhoneKind(data.get(f"kind_{row}") or PhoneKind.DIRECT), tidy_number(typed))
            try:
                if any(same_number(phone.number, other.number) for other in phones):
                    raise RuleError("Numret står redan på en rad ovanför.")
                check_phone(phone)
            except RuleError as wrong:
                self.add_error(f"number_{row}", wrong.reason)
            phones.append(phone)
        return tuple(phones)

    def _hours(self, data: dict[str, Any]) -> Hours | None:
        applies = Availability(data["availability"])
        changed = set(self.changed_data)

        def given(name: str, *, where: bool) -> Any:
            return (data.get(name) or None) if where or name in changed else None

        lunch = applies in OPEN_BY_DAY
        clocks = {name: given(name, where=applies is Availability.DAYTIME) for name in _OF_DAYTIME}
        clocks |= {name: given(name, where=lunch) for name in ("lunch_from", "lunch_to")}
        eves = Eves(given("eves", where=applies in _WITH_EVES) or Eves.UNSAID)
        try:
            hours = Hours(
                availability=applies,
                days=self._days(given, applies is Availability.OWN_HOURS),
                eves=eves,
                eve_closes_at=given("eve_closes_at", where=eves is Eves.SHORT),
                summer=self._summer(given, lunch),
                **clocks,
            )
            check_hours(hours)
        except RuleError as wrong:
            self.add_error(_beside(wrong.field), wrong.reason)
            return None
        return hours

    def _days(self, given: Any, where: bool) -> tuple[Span | None, ...]:
        days: list[Span | None] = []
        for place in range(len(DAY_LABELS)):
            parts: list[Span] = []
            for part in range(self._parts):
                names = _clock_names(place, part)
                opens, closes = (given(name, where=where) for name in names)
                if (opens is None) != (closes is None):
                    raise RuleError("Ange både från och till.", field=names[opens is not None])
                if opens is not None:
                    parts.append(Span(opens, closes))
            days.append(day_of(parts))
        return tuple(days) if where or any(days) else ()

    def _summer(self, given: Any, where: bool) -> Summer | None:
        names = ("summer_from", "summer_to", "summer_opens_at", "summer_closes_at")
        values = [given(name, where=where) for name in names]
        if not any(value is not None for value in values):
            return None
        for name, value in zip(names, values, strict=True):
            if value is None:
                raise RuleError("Fyll i hela sommartiden, eller lämna den tom.", field=name)
        return Summer(*values)


def _beside(field: str | None) -> str | None:
    if field == "days":
        return "day_0_from"
    if field and field.startswith("day_") and field.count("_") == 1:
        return f"{field}_from"
    return field


def _clock_names(place: int, part: int) -> tuple[str, str]:
    """The fields of from and to of one of the times of a day; the first time of a day has no number."""
    number = f"_{part + 1}" if part else ""
    return f"day_{place}_from{number}", f"day_{place}_to{number}"


def parts_of(entry: DirectoryEntry) -> int:
    """How many times a day the form of a contact needs room for."""
    return max([DAY_PARTS, *(len(span.parts) for span in entry.hours.days if span)])


def initial_of(entry: DirectoryEntry) -> dict[str, Any]:
    columns = ("kind", "name", *TEXTS, *_HOUR_FIELDS)
    initial: dict[str, Any] = {name: getattr(entry, name) for name in columns}
    initial["unit"] = str(entry.unit_id or "")
    for row, phone in enumerate(entry.phones):
        initial |= {f"kind_{row}": phone.kind.value, f"number_{row}": phone.number}
    for place, span in enumerate(entry.hours.days):
        for part, times in enumerate(span.parts if span else ()):
            opens, closes = _clock_names(place, part)
            initial |= {opens: times.opens, closes: times.closes}
    return initial
