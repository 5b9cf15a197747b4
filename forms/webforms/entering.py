"""Från papper: one row of a sheet, as a call was written down on it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contacts.rules.parties import Party
from contacts.webforms.fields import AsksQuestions
from outage.models import CareChainEvent
from outage.rules.paper import PaperMark
from outage.rules.routine import Effect
from outage.rules.wording import STOCKHOLM
from outage.webforms.calls import CallForm
from outage.webforms.moments import MomentField


class PaperMomentField(MomentField):
    """A moment as it stands on paper. Its date is given: paper is often entered on another day."""

    def compress(self, values: list[Any]) -> datetime | None:
        if values and values[0] is not None and values[1] is None:
            raise ValidationError("Ange datum.")
        return super().compress(values)

    def other_day(self, at: datetime, now: datetime) -> datetime | None:
        """The day after alone: the rows of a sheet follow in time."""
        other = super().other_day(at, now)
        return other if other and other > at else None


class EntryForm(CallForm):
    """A call read on a sheet: the call's own form, with when it was written there and by whom.

    `sip_only` leaves the messages of a SIP, for a sheet that has no others.
    """

    # No code was read aloud from a sheet of paper, nor was anybody rung back: it has a place for neither.
    code = checked = checked_reason = None  # type: ignore[assignment]
    at = PaperMomentField(label="Samtalets tid")
    written_at = PaperMomentField(label="Skrevs på bladet")
    signed_by = forms.CharField(
        label="Signatur på bladet",
        max_length=200,
        error_messages={"required": "Skriv namnet eller signaturen som står på raden."},
    )

    def __init__(
        self, *args: Any, above: datetime | None = None, sip_only: bool = False, **kwargs: Any
    ) -> None:
        """`above` is the moment whose day a new row starts from: that of the row above."""
        self._sip_only = sip_only
        super().__init__(*args, **kwargs)
        self.fields["at"].near = self.fields["written_at"].near = above
        self.fields["recipient"].error_messages["required"] = "Välj vem samtalet var med."
        self.fields["spoken_to"].label = "Talade med"

    @property
    def asks_back(self) -> bool:
        """A sheet has no place for it."""
        return False

    def _collect_messages(self) -> None:
        super()._collect_messages()
        if self._sip_only:
            self._logged = {value: event for value, event in self._logged.items() if self._is_sip(event.kind)}
            self._new = {value: new for value, new in self._new.items() if self._is_sip(new[0].key)}

    def _may_be_old(self) -> bool:
        """Every row: paper is entered long after the call."""
        return True

    def _may_have_been_said(self, former: CareChainEvent, newer: CareChainEvent) -> bool:
        return True

    def _participants(self, sender: Party) -> str:
        """Only those who are named on the sheet."""
        return ""

    def _is_sip(self, kind: str) -> bool:
        return self.routine.message(kind).effect is Effect.SIP

    def paper(self, serial: str) -> PaperMark:
        """The mark of the row, on the sheet with that serial; call after `is_valid`."""
        data = self.cleaned_data
        return PaperMark(serial=serial, written_at=data["written_at"], signed_by=data["signed_by"].strip())


def date_alone(on: date | datetime) -> list[Any]:
    """Values of a moment's two fields where only the date is known; an aware datetime is taken to Stockholm."""
    return ["", on.astimezone(STOCKHOLM).date() if isinstance(on, datetime) else on]


class MoveEntryForm(AsksQuestions):
    serial = forms.CharField(
        label="Löpnumret på bladet som raden står på",
        max_length=40,
        error_messages={"required": "Skriv löpnumret."},
    )
    reason = forms.CharField(
        label="Varför flyttas raden?", max_length=300, error_messages={"required": "Skriv varför."}
    )
