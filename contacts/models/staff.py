"""People and their assignments. Rights follow the assignment (unit and role), not the profession."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from contacts.rules.permissions import Role

from .unit import Unit


class User(AbstractUser):
    """A person who logs in. `is_demo` marks invented people, who may be chosen by a button in demo mode only."""

    append_only = False

    hsa_id = models.CharField("HSA-id", max_length=31, blank=True)
    contact_columns = models.JSONField(
        "kolumner i kontaktsökningen", default=list, blank=True, editable=False
    )
    is_demo = models.BooleanField("påhittad person för demo", default=False)

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "personer"

    def __str__(self) -> str:
        return self.full_name

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
