"""The directory: whom to ring, on which number, and when somebody answers there (R5)."""

from collections.abc import Iterable, Sequence
from datetime import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from contacts.rules.availability import (
    AVAILABILITY_LABELS,
    EVES_LABELS,
    Availability,
    Eves,
    Hours,
    Span,
    Summer,
    check_hours,
)
from contacts.rules.errors import RuleError
from contacts.rules.hours import day_of
from contacts.rules.phone import Phone, PhoneKind, check_phone, digits
from contacts.rules.swedish_text import search_key, sort_key, without_hyphens

from .base import paired
from .principal import Principal
from .unit import Unit


class EntryKind(models.TextChoices):
    """What answers at the other end."""

    SWITCHBOARD = "switchboard", "Växel"
    HOME_NURSING = "home_nursing", "Hemsjukvård"
    HEALTH_CENTRE = "health_centre", "Hälsocentral"
    PSYCHIATRIC_OUTPATIENT = "psychiatric_outpatient", "Psykiatrisk öppenvård"
    WARD = "ward", "Vårdavdelning"
    SUPPORT = "support", "IT-support"
    PERSON = "person", "Person"
    OTHER = "other", "Annan"


HOUR_COLUMNS = (
    "availability",
    "opens_at",
    "closes_at",
    "friday_closes_at",
    "lunch_from",
    "lunch_to",
    "days",
    "eves",
    "eve_closes_at",
    "summer_from",
    "summer_to",
    "summer_opens_at",
    "summer_closes_at",
)
"""The columns that `DirectoryEntry.hours` is read from."""


class DirectoryEntry(models.Model):
    """One line of the directory. Retired, never deleted; never verified by an import.

    `numbers` is a list of {"kind", "number"} in the order they are to be tried, read through `phones`. `days` is the
    week of an entry with hours of its own: eight of ["08:00", "12:00", "13:00", "16:30"], from and to of each time of
    the day, or null, Monday to Sunday and public holiday.
    `flagged` holds the digits of the numbers that somebody said do not work since the entry was last verified.
    One that was `joined_into` another is retired; its name and department are a pair among that one's `other_names`.
    """

    append_only = False

    principal = models.ForeignKey(
        Principal, on_delete=models.PROTECT, related_name="entries", verbose_name="huvudman"
    )
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="entries", verbose_name="enhet"
    )
    name = models.CharField("namn", max_length=200)
    kind = models.CharField("typ", max_length=30, choices=EntryKind.choices)
    first_name = models.CharField("förnamn", max_length=100, blank=True)
    last_name = models.CharField("efternamn", max_length=100, blank=True)
    title = models.CharField("titel", max_length=100, blank=True)
    department = models.CharField("avdelning", max_length=200, blank=True)
    numbers = models.JSONField("nummer", default=list, blank=True)
    availability = models.CharField(
        "gäller", max_length=20, choices=[(a.value, label) for a, label in AVAILABILITY_LABELS.items()]
    )
    opens_at = models.TimeField("öppnar", null=True, blank=True)
    closes_at = models.TimeField("stänger", null=True, blank=True)
    friday_closes_at = models.TimeField("stänger fredag", null=True, blank=True)
    lunch_from = models.TimeField("lunchstängt från", null=True, blank=True)
    lunch_to = models.TimeField("lunchstängt till", null=True, blank=True)
    days = models.JSONField("tider per dag", default=list, blank=True)
    eves = models.CharField(
        "aftnar",
        max_length=10,
        choices=[(e.value, label) for e, label in EVES_LABELS.items()],
        default=Eves.UNSAID.value,
    )
    eve_closes_at = models.TimeField("stänger på aftnar", null=True, blank=True)
    summer_from = models.CharField("sommartid från", max_length=5, blank=True)
    summer_to = models.CharField("sommartid till", max_length=5, blank=True)
    summer_opens_at = models.TimeField("öppnar på sommaren", null=True, blank=True)
    summer_closes_at = models.TimeField("stänger på sommaren", null=True, blank=True)
    remark = models.CharField("anmärkning", max_length=500, blank=True)
    owner = models.CharField("ägare", max_length=200, blank=True)
    source = models.CharField("källa", max_length=200, blank=True)
    verified_at = models.DateTimeField("kontrollerad", null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="kontrollerad av",
    )
    retired_at = models.DateTimeField("utgången", null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="avförd av",
    )
    flagged = models.JSONField("anmälda nummer", default=list, blank=True, editable=False)
    joined_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="joined",
        verbose_name="sammanförd med",
    )
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
            # as wide. Led by the order, so that no other question takes them for its own.
            models.Index(
                fields=["sort_key", "id", "retired_at", "search_key", "digits_key"], name="entry_search"
            ),
            models.Index(
                fields=[
                    "sort_key",
                    "id",
                    "retired_at",
                    "first_name_key",
                    "last_name_key",
                    "title_key",
                    "department_key",
                ],
                name="entry_search_by_field",
            ),
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

    def save(self, *args, **kwargs) -> None:
        """Save with the search, digit and sort keys made anew from the columns."""
        self.make_keys()
        super().save(*args, **kwargs)

    def make_keys(self) -> None:
        """Make the search, digit and sort keys anew; for rows that are written many at a time, past `save`."""
        unit_name = self.unit.name if self.unit else ""
        key = _key(
            self.name,
            self.get_kind_display(),
            self.first_name,
            self.last_name,
            self.title,
            self.department,
            self.principal.name,
            unit_name,
            self.remark,
            *(name for name, _ in self.other_names),
        )
        self.search_key = key[:1500]
        self.first_name_key = _key(self.first_name)[:100]
        self.last_name_key = _key(self.last_name)[:100]
        self.title_key = _key(self.title)[:100]
        # Where no person is named, what the entry is called is the department.
        own_name = "" if self.first_name or self.last_name else self.name
        self.department_key = _key(self.department, own_name, unit_name)[:700]
        self.digits_key = " ".join(digits(phone.number) for phone in self.phones)[:400]
        self.sort_key = sort_key(self.name)[:200]

    def clean(self) -> None:
        """Raise ValidationError beside the field where name, numbers or hours can not be meant."""
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
            raise ValidationError({_column_of(wrong.field): wrong.reason}) from wrong

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Give the numbers in the order they are to be tried."""
        return tuple(Phone(PhoneKind(row["kind"]), row["number"]) for row in self.numbers)

    @phones.setter
    def phones(self, phones: Iterable[Phone]) -> None:
        """Take the numbers, in the order they are to be tried."""
        self.numbers = [{"kind": phone.kind.value, "number": phone.number} for phone in phones]

    def first_number(self, *kinds: PhoneKind) -> str:
        """Give the first number of one of `kinds`, or "" where there is none."""
        return next((phone.number for phone in self.phones if phone.kind in kinds), "")

    def is_flagged(self, number: str) -> bool:
        """Tell whether somebody said of this number that it does not work."""
        return digits(number) in self.flagged

    @property
    def hours(self) -> Hours:
        """Give when somebody answers, as the rules take it."""
        try:
            availability = Availability(self.availability)
        except ValueError:
            availability = Availability.UNKNOWN
        summer = None
        if self.summer_from and self.summer_to and self.summer_opens_at and self.summer_closes_at:
            summer = Summer(self.summer_from, self.summer_to, self.summer_opens_at, self.summer_closes_at)
        return Hours(
            availability=availability,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            friday_closes_at=self.friday_closes_at,
            lunch_from=self.lunch_from,
            lunch_to=self.lunch_to,
            days=tuple(stored_day(day) for day in self.days),
            eves=Eves(self.eves),
            eve_closes_at=self.eve_closes_at,
            summer=summer,
        )

    @hours.setter
    def hours(self, hours: Hours) -> None:
        """Take when somebody answers, from the rules."""
        self.availability = hours.availability.value
        self.opens_at, self.closes_at = hours.opens_at, hours.closes_at
        self.friday_closes_at = hours.friday_closes_at
        self.lunch_from, self.lunch_to = hours.lunch_from, hours.lunch_to
        self.days = [
            [clock.isoformat("minutes") for part in day.parts for clock in (part.opens, part.closes)]
            if day
            else None
            for day in hours.days
        ]
        self.eves, self.eve_closes_at = hours.eves.value, hours.eve_closes_at
        summer = hours.summer
        self.summer_from, self.summer_to = (summer.from_day, summer.to_day) if summer else ("", "")
        self.summer_opens_at = summer.opens if summer else None
        self.summer_closes_at = summer.closes if summer else None


def _key(*texts: str) -> str:
    """Give a key that has each word with a hyphen as one word too: "annakarin" finds Anna-Karin."""
    return search_key(*texts, *map(without_hyphens, texts))


def stored_day(day: Sequence[str] | None) -> Span | None:
    """A day as `days` holds it."""
    clocks = [time.fromisoformat(clock) for clock in day or ()]
    return day_of([Span(*pair) for pair in zip(clocks[::2], clocks[1::2], strict=True)])


def _column_of(field: str) -> str:
    """Give the column that a field of the rules stands in: the days are one column."""
    return "days" if field.startswith("day") else field or "availability"
