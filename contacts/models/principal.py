"""Huvudman: the region and each municipality. It is the border of what a person may see."""

from django.core.exceptions import ValidationError
from django.db import models

from contacts.rules.errors import RuleError
from contacts.rules.parties import PrincipalKind
from contacts.rules.phone import read_number
from contacts.rules.principals import REGION, KnownPrincipal
from contacts.rules.second_factor import SecondFactor
from contacts.rules.swedish_text import sort_key

from .base import KeyedModel


class Principal(KeyedModel):
    """A responsible authority, with what its own users need first in an outage (R1.1, R1.2).

    `main_switchboard` is the one its administrator chose; `contacts.queries.switchboards` says which one applies.
    `other_names` are those that it had before.
    """

    append_only = False
    keyed_by = {"sort_key": ("name",)}

    name = models.CharField("namn", max_length=200, unique=True)
    short_name = models.CharField(
        "kortnamn", max_length=60, help_text="Utan ordet kommun, till exempel Umeå."
    )
    kind = models.CharField("slag", max_length=20, choices=PrincipalKind.choices)
    support_name = models.CharField("egen support", max_length=100, blank=True)
    support_number = models.CharField("supportens nummer", max_length=40, blank=True)
    own_series = models.CharField(
        "nummerserier i egen växel",
        max_length=300,
        blank=True,
        help_text="Regionen: hur egna nummer börjar, med komma emellan, till exempel 090-785. Tomt: alla fasta nummer.",
    )
    link_text = models.TextField(
        "så når kommunen systemet när bara kommunerna är utestängda",
        blank=True,
        help_text="Ur kommunens egen lokala avbrottsrutin (R1.2).",
    )
    second_factor = models.CharField(
        "två steg vid inloggning",
        max_length=20,
        choices=SecondFactor.choices,
        default=SecondFactor.KEEPERS,
    )
    main_switchboard = models.ForeignKey(
        "contacts.DirectoryEntry",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="huvudväxel",
    )
    other_names = models.JSONField("andra namn", default=list, blank=True, editable=False)
    sort_key = models.CharField(max_length=200, editable=False, db_index=True)

    class Meta:
        ordering = ["kind", "sort_key"]
        verbose_name = "huvudman"
        verbose_name_plural = "huvudmän"

    def __str__(self) -> str:
        return self.name

    def make_keys(self) -> None:
        self.sort_key = sort_key(self.name)

    def clean(self) -> None:
        """The support's number must be one that can be rung."""
        try:
            self.support_number = read_number(self.support_number)
        except RuleError as wrong:
            raise ValidationError({"support_number": wrong.reason}) from wrong

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is known by, its name of today first."""
        return self.name, *self.other_names

    @classmethod
    def known(cls, known: KnownPrincipal) -> "Principal":
        """One of the county's, not saved."""
        return cls(
            name=known.name,
            short_name=known.short_name,
            kind=PrincipalKind.REGION if known is REGION else PrincipalKind.MUNICIPALITY,
            support_name=known.support_name,
            support_number=known.support_number,
        )

    @property
    def is_region(self) -> bool:
        return self.kind == PrincipalKind.REGION
