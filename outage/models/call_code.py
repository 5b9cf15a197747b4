"""Kvittenskod: what the two who spoke have in common, and that they have found each other by it."""

from django.db import models

from outage.rules.call_code import CODE_LENGTH
from outage.rules.handover import Direction

from .signed import LoggedRow


class CallCode(LoggedRow):
    """The code of one call: read aloud by the one who rang (given), or typed by the one who was rung (received).

    The row is the call's through all its corrections and moves (`Handover.code`). Typed anew, it is another row.
    """

    code = models.CharField("kvittenskod", max_length=CODE_LENGTH)
    direction = models.CharField("riktning", max_length=10, choices=Direction.choices)

    class Meta:
        verbose_name = "kvittenskod"
        verbose_name_plural = "kvittenskoder"
        indexes = [
            models.Index(fields=["code"], name="call_code"),
            models.Index(fields=["unit", "recorded_at"], name="call_code_typed_lately"),
        ]

    def __str__(self) -> str:
        return f"kvittenskod {self.pk}"


class Confirmation(LoggedRow):
    """A call that was logged by both: written with whichever was saved last, and signed by whoever saved it.

    It crosses the border between principals, so it points at nothing but the codes: who logged each of them, and
    where. What either logged is read by its own principal only.
    """

    given = models.ForeignKey(CallCode, on_delete=models.PROTECT, related_name="confirmed_by")
    received = models.ForeignKey(CallCode, on_delete=models.PROTECT, related_name="confirms")

    class Meta:
        ordering = ["pk"]
        verbose_name = "bekräftelse"
        verbose_name_plural = "bekräftelser"
        constraints = [
            models.UniqueConstraint(fields=["given", "received"], name="call_confirmed_once"),
        ]

    def __str__(self) -> str:
        return f"bekräftelse {self.pk}"
