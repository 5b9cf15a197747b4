"""The directory: whom to ring, on which number, and when somebody answers there (R5)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from contacts.rules.entry_facts import FACTS, FIRST_COLUMN, HOUR_LABELS, LABELS, EntryFacts, EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.hours import CLOCKS, Availability, Eves, Hours, Span, Summer, check_hours, day_of
from contacts.rules.phone import Phone, PhoneKind, check_phone, digits
from contacts.rules.swedish_text import search_key, sort_key, without_hyphens

from .base import KeyedModel, joined_into, paired
from .principal import Principal
from .unit import Unit

if TYPE_CHECKING:
    from .staff import User

_FIELD_KEYS = ("first_name_key", "last_name_key", "title_key", "department_key")
_WORDS = {name: label.lower() for name, label in (LABELS | HOUR_LABELS).items()}


def _text(fact: str) -> "models.CharField[str, str]":
    return models.CharField(_WORDS[fact], max_length=FIRST_COLUMN[fact].longest, blank=fact != "name")


def _clock(column: str) -> "models.TimeField[time | None, time | None]":
    return models.TimeField(_WORDS[column], null=True, blank=True)


def _person(did: str) -> "models.ForeignKey[User | None, User | None]":
    who = settings.AUTH_USER_MODEL
    return models.ForeignKey(who, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=did)


class DirectoryEntry(KeyedModel):
    """One line of the directory. Retired, never deleted; never verified by an import.

    `numbers` is a list of {"kind", "number"} in the order they are to be tried, read through `phones`. `days` is the
    week of an entry with hours of its own: eight of ["08:00", "12:00", "13:00", "16:30"], from and to of each time of
    the day, or null, Monday to Sunday and public holiday.
    `flagged` holds the digits of the numbers that somebody said do not work since the entry was last verified.
    One that was `joined_into` another is retired; its name and department are a pair among that one's `other_names`.
    """

    append_only = False
    keyed_by = {
        "search_key": (
            *("name", "kind", "first_name", "last_name", "title", "department"),
            *("principal", "unit", "remark", "other_names"),
        ),
        "first_name_key": ("first_name",),
        "last_name_key": ("last_name",),
        "title_key": ("title",),
        "department_key": ("department", "name", "first_name", "last_name", "unit"),
        "digits_key": ("numbers",),
        "sort_key": ("name",),
    }

    principal = models.ForeignKey(
        Principal, on_delete=models.PROTECT, related_name="entries", verbose_name=_WORDS["principal"]
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="entries", null=True, blank=True, verbose_name=_WORDS["unit"]
    )
    name = _text("name")
    kind = models.CharField(_WORDS["kind"], max_length=30, choices=EntryKind.choices)
    first_name = _text("first_name")
    last_name = _text("last_name")
    title = _text("title")
    department = _text("department")
    numbers = models.JSONField(_WORDS["phones"], default=list, blank=True)
    availability = models.CharField(_WORDS["availability"], max_length=20, choices=Availability.choices)
    opens_at = _clock("opens_at")
    closes_at = _clock("closes_at")
    friday_closes_at = _clock("friday_closes_at")
    lunch_from = _clock("lunch_from")
    lunch_to = _clock("lunch_to")
    days = models.JSONField(_WORDS["days"], default=list, blank=True)
    eves = models.CharField(_WORDS["eves"], max_length=10, choices=Eves.choices, default=Eves.UNSAID.value)
    eve_closes_at = _clock("eve_closes_at")
    summer_from = models.CharField(_WORDS["summer_from"], max_length=5, blank=True)
    summer_to = models.CharField(_WORDS["summer_to"], max_length=5, blank=True)
    summer_opens_at = _clock("summer_opens_at")
    summer_closes_at = _clock("summer_closes_at")
    remark = _text("remark")
    owner = _text("owner")
    source = _text("source")
    verified_at = models.DateTimeField(_WORDS["verified_at"], null=True, blank=True)
    verified_by = _person("kontrollerad av")
    retired_at = models.DateTimeField("utgången", null=True, blank=True)
    retired_by = _person("avförd av")
    flagged = models.JSONField("anmälda nummer", default=list, blank=True, editable=False)
    joined_into: "models.ForeignKey[DirectoryEntry | None, DirectoryEntry | None]" = joined_into()
    other_names = models.JSONField("andra namn", default=list, blank=True, editable=False)
    search_key = models.CharField(max_length=1500, editable=False)
    first_name_key = models.CharField(max_length=100, blank=True, editable=False)
    last_name_key = models.CharField(max_length=100, blank=True, editable=False)
    title_key = models.CharField(max_length=100, blank=True, editable=False)
    department_key = models.CharField(max_length=700, blank=True, editable=False)
    digits_key = models.CharField(max_length=400, blank=True, editable=False)
    sort_key = models.CharField(max_length=200, editable=False, db_index=True)

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = "kontakt"
        verbose_name_plural = "kontakter"
        indexes = [
            models.Index(fields=["kind", "principal"], name="entry_kind_principal"),
            # A search reads every entry: here as a few narrow columns in the order of the list, not as rows ten times
            # as wide. Order comes first, so that no other query's plan uses this index.
            models.Index(
                fields=["sort_key", "id", "retired_at", "search_key", "digits_key"], name="entry_search"
            ),
            models.Index(fields=["sort_key", "id", "retired_at", *_FIELD_KEYS], name="entry_search_by_field"),
        ]
        constraints = [
            paired("verified_at", "verified_by", "entry_verified_at_and_by"),
            paired("retired_at", "retired_by", "entry_retired_at_and_by"),
            models.CheckConstraint(
                condition=models.Q(joined_into__isnull=True)
                | (models.Q(retired_at__isnull=False) & ~models.Q(joined_into=models.F("id"))),
                name="joined_entry_retired",
                violation_error_message="Kontakten är sammanförd med en annan. Upplös sammanföringen först.",
            ),
            paired("lunch_from", "lunch_to", "entry_lunch_from_and_to"),
            paired("summer_opens_at", "summer_closes_at", "entry_summer_opens_and_closes"),
            models.UniqueConstraint(
                # Two people of one name may work in two departments.
                fields=["principal", "name", "department"],
                condition=models.Q(retired_at__isnull=True),
                name="entry_name_once_per_department",
                violation_error_message="Kontakten finns redan hos huvudmannen.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def make_keys(self) -> None:
        unit_name = self.unit.name if self.unit else ""
        person = self.first_name, self.last_name, self.title, self.department
        beside = self.principal.name, unit_name, self.remark, *(name for name, _ in self.other_names)
        self.search_key = _key(self.name, self.get_kind_display(), *person, *beside)[:1500]
        self.first_name_key = _key(self.first_name)[:100]
        self.last_name_key = _key(self.last_name)[:100]
        self.title_key = _key(self.title)[:100]
        # Where no person is named, what the entry is called is the department.
        own_name = "" if self.first_name or self.last_name else self.name
        self.department_key = _key(self.department, own_name, unit_name)[:700]
        self.digits_key = " ".join(digits(phone.number) for phone in self.phones)[:400]
        self.sort_key = sort_key(self.name)[:200]

    def clean(self) -> None:
        """Raises ValidationError beside the field where name, numbers or hours are invalid."""
        person = f"{self.first_name} {self.last_name}".strip()
        if person and person != self.name:
            # The directory file has no other place for a person's name: it would come back as another entry.
            raise ValidationError({"name": f"Namnet ska vara {person}, som förnamn och efternamn."})
        try:
            for phone in self.phones:
                check_phone(phone)
        except RuleError as wrong:
            raise ValidationError({"numbers": wrong.reason}) from wrong
        try:
            check_hours(self.hours)
        except RuleError as wrong:
            raise ValidationError({_column_of(wrong.field or ""): wrong.reason}) from wrong

    @property
    def phones(self) -> tuple[Phone, ...]:
        """In the order they are to be tried."""
        return stored_phones(self.numbers)

    @phones.setter
    def phones(self, phones: Iterable[Phone]) -> None:
        self.numbers = [{"kind": phone.kind.value, "number": phone.number} for phone in phones]

    @property
    def facts(self) -> EntryFacts:
        told = {fact: getattr(self, fact) for fact in FACTS}
        told |= {"kind": EntryKind(self.kind), "unit": self.unit.name if self.unit else ""}
        return EntryFacts(**told)

    def take(self, facts: EntryFacts, unit: Unit | None, which: Collection[str] = FACTS) -> None:
        """Set, unsaved, what is said of the contact; `unit` is the one that the facts name."""
        for fact in which:
            setattr(self, fact, unit if fact == "unit" else getattr(facts, fact))

    def lose_verification(self) -> None:
        """Nobody has verified it any more; the flag of a number stays as long as the entry has the number."""
        self.verified_at = self.verified_by = None
        own = {digits(phone.number) for phone in self.phones}
        self.flagged = [number for number in self.flagged if number in own]

    def first_number(self, *kinds: PhoneKind) -> str:
        """The first number of one of `kinds`, or "" where there is none."""
        return next((phone.number for phone in self.phones if phone.kind in kinds), "")

    def is_flagged(self, number: str) -> bool:
        return digits(number) in self.flagged

    @property
    def hours(self) -> Hours:
        try:
            availability = Availability(self.availability)
        except ValueError:
            availability = Availability.UNKNOWN
        summer = None
        if self.summer_from and self.summer_to and self.summer_opens_at and self.summer_closes_at:
            summer = Summer(self.summer_from, self.summer_to, self.summer_opens_at, self.summer_closes_at)
        return Hours(
            availability=availability,
            days=tuple(stored_day(day) for day in self.days),
            eves=Eves(self.eves),
            summer=summer,
            **{name: getattr(self, name) for name in CLOCKS},
        )

    @hours.setter
    def hours(self, hours: Hours) -> None:
        self.availability, self.eves = hours.availability.value, hours.eves.value
        for name in CLOCKS:
            setattr(self, name, getattr(hours, name))
        self.days = [day and _stored(day) for day in hours.days]
        summer = hours.summer
        self.summer_from, self.summer_to = (summer.from_day, summer.to_day) if summer else ("", "")
        self.summer_opens_at = summer.opens if summer else None
        self.summer_closes_at = summer.closes if summer else None


def _key(*texts: str) -> str:
    """A key that has each word with a hyphen as one word too: "annakarin" finds Anna-Karin."""
    return search_key(*texts, *map(without_hyphens, texts))


def _stored(day: Span) -> list[str]:
    return [clock.isoformat("minutes") for part in day.parts for clock in (part.opens, part.closes)]


def stored_phones(numbers: Iterable[Mapping[str, str]]) -> tuple[Phone, ...]:
    return tuple(Phone(PhoneKind(row["kind"]), row["number"]) for row in numbers)


def stored_day(day: Sequence[str] | None) -> Span | None:
    clocks = [time.fromisoformat(clock) for clock in day or ()]
    return day_of([Span(*pair) for pair in zip(clocks[::2], clocks[1::2], strict=True)])


def _column_of(field: str) -> str:
    """The column that a field of the rules stands in: the days are one column."""
    return "days" if field.startswith("day") else field or "availability"
