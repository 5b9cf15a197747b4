"""The directory: whom to ring, on which number, and when somebody answers there (R5)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from contacts.rules.availability import AVAILABILITY_LABELS, Availability, Hours, check_hours
from contacts.rules.errors import RuleError
from contacts.rules.phone import digits
from contacts.rules.swedish_text import search_key, sort_key

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


class DirectoryEntry(models.Model):
    """One line of the directory. Retired, never deleted; never verified by an import."""

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
    phone = models.CharField("telefon", max_length=40, blank=True)
    extension = models.CharField("anknytning", max_length=20, blank=True)
    mobile = models.CharField("mobiltelefon", max_length=40, blank=True)
    availability = models.CharField(
        "gäller", max_length=20, choices=[(a.value, label) for a, label in AVAILABILITY_LABELS.items()]
    )
    opens_at = models.TimeField("öppnar", null=True, blank=True)
    closes_at = models.TimeField("stänger", null=True, blank=True)
    friday_closes_at = models.TimeField("stänger fredag", null=True, blank=True)
    lunch_from = models.TimeField("lunchstängt från", null=True, blank=True)
    lunch_to = models.TimeField("lunchstängt till", null=True, blank=True)
    remark = models.CharField("anmärkning", max_length=500, blank=True)
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
    search_key = models.CharField(max_length=1500, editable=False)
    digits_key = models.CharField(max_length=120, editable=False)
    sort_key = models.CharField(max_length=200, editable=False, db_index=True)

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = "kontakt"
        verbose_name_plural = "kontakter"
        constraints = [
            paired("verified_at", "verified_by", "entry_verified_at_and_by"),
            paired("retired_at", "retired_by", "entry_retired_at_and_by"),
            paired("lunch_from", "lunch_to", "entry_lunch_from_and_to"),
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
        key = search_key(
            self.name,
            self.get_kind_display(),
            self.first_name,
            self.last_name,
            self.title,
            self.department,
            self.principal.name,
            self.unit.name if self.unit else "",
            self.remark,
        )
        self.search_key = key[:1500]
        self.digits_key = " ".join(digits(n) for n in (self.phone, self.extension, self.mobile) if n)
        self.sort_key = sort_key(self.name)[:200]
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raise ValidationError beside the field where the hours can not be meant."""
        try:
            check_hours(self.hours)
        except RuleError as wrong:
            raise ValidationError({wrong.field or "availability": wrong.reason}) from wrong

    @property
    def hours(self) -> Hours:
        """Give when somebody answers, as the rules take it."""
        try:
            availability = Availability(self.availability)
        except ValueError:
            availability = Availability.UNKNOWN
        return Hours(
            availability=availability,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            friday_closes_at=self.friday_closes_at,
            lunch_from=self.lunch_from,
            lunch_to=self.lunch_to,
        )
