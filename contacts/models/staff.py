"""People and their assignments. Rights follow the assignment (unit and role), not the profession."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models

from contacts.rules.errors import RuleError
from contacts.rules.hsa import LONGEST_HSA_ID, tidy_hsa_id
from contacts.rules.people import username_key
from contacts.rules.permissions import Role
from contacts.rules.swedish_text import search_key, sort_key

from .base import KeyedModel
from .unit import Unit


class User(KeyedModel, AbstractUser):
    """A person who logs in. `is_demo` marks invented people, who may be chosen by a button in demo mode only."""

    append_only = False
    keyed_by = {
        "search_key": ("first_name", "last_name", "username", "email", "hsa_id"),
        "sort_key": ("first_name", "last_name", "username"),
        "username_key": ("username",),
    }

    hsa_id = models.CharField("HSA-id", max_length=LONGEST_HSA_ID, blank=True)
    contact_columns = models.JSONField(
        "kolumner i kontaktsökningen", default=list, blank=True, editable=False
    )
    reminds_outside = models.BooleanField(
        "visar påminnelser utanför webbläsaren", default=False, editable=False
    )
    is_demo = models.BooleanField("påhittad person för demo", default=False)
    search_key = models.CharField(max_length=900, editable=False, default="")
    sort_key = models.CharField(max_length=900, editable=False, default="")
    username_key = models.CharField(max_length=450, editable=False, default="", db_default="", db_index=True)

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "personer"
        constraints = [
            models.UniqueConstraint(
                fields=["hsa_id"],
                condition=~models.Q(hsa_id=""),
                name="person_once_by_hsa_id",
                violation_error_message="HSA-id:t hör till en annan person.",
            ),
            # A server of the version before writes no key, while it still runs.
            models.UniqueConstraint(
                fields=["username_key"],
                condition=~models.Q(username_key=""),
                name="person_once_by_username",
                violation_error_message="Användarnamnet är upptaget. Välj ett annat.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        """The HSA-id as it is stored."""
        super().clean()
        try:
            self.hsa_id = tidy_hsa_id(self.hsa_id)
        except RuleError as wrong:
            raise ValidationError({"hsa_id": wrong.reason}) from wrong

    def make_keys(self) -> None:
        told = (self.first_name, self.last_name, self.username, self.email, self.hsa_id)
        self.search_key = search_key(" ".join(told))[:900]
        self.sort_key = sort_key(f"{self.last_name} {self.first_name} {self.username}")[:900]
        self.username_key = username_key(self.username)

    @property
    def full_name(self) -> str:
        """The log-in name where no name is set."""
        return self.get_full_name() or self.username


class Membership(models.Model):
    """An assignment: this person works at this unit in this role."""

    append_only = False

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", verbose_name="person"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships", verbose_name="enhet")
    role = models.CharField("roll", max_length=20, choices=Role.choices)
    title = models.CharField("titel", max_length=60, help_text="Till exempel sjuksköterska.")
    active = models.BooleanField("gäller", default=True)

    class Meta:
        ordering = ["unit__sort_key"]
        verbose_name = "uppdrag"
        verbose_name_plural = "uppdrag"
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user.full_name}, {self.title}, {self.unit.name}"

    @property
    def role_and_title(self) -> str:
        """The role alone where the title says it over again."""
        role = Role(self.role).label
        return role if self.title.lower() == role.lower() else f"{role}, {self.title}"
