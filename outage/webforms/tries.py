"""What is said of a call by one press: that nobody was reached, that a number does not work."""

from typing import Any
from uuid import UUID

from django import forms

from contacts.webforms.fields import SentOnce
from outage.models import CareChain
from outage.queries.chain_log import ChainLog
from outage.queries.standing import standing_of
from outage.queries.targets import targets_by_key
from outage.rules.informing import FAILED
from outage.rules.told import Notice, notice_id

from .call_options import NOTICE_PREFIX, keep_meant, read_notice

_GONE = {
    "invalid_choice": "Det som visades att ringa har ändrats. Se listan nu, och tryck igen om det behövs."
}


class TryForm(SentOnce):
    recipient = forms.ChoiceField(error_messages=_GONE)
    outcome = forms.ChoiceField(choices=[(o.value, o.value) for o in sorted(FAILED)])
    number = forms.CharField(max_length=60, error_messages={"required": "Välj vilket nummer du ringde."})
    # Which of the numbers that the page showed were Kontakter's then: it may have others by now.
    listed = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    events = forms.TypedMultipleChoiceField(required=False, coerce=UUID, error_messages=_GONE)
    notices = forms.TypedMultipleChoiceField(required=False, coerce=read_notice, error_messages=_GONE)

    def __init__(self, *args: Any, chain: CareChain, log: ChainLog, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = targets_by_key(chain, log)
        if self.is_bound:
            self.data = keep_meant(self.data, targets, standing_of(chain, log))
        self.fields["recipient"].choices = [(key, "") for key in targets]
        self.fields["events"].choices = [(str(event.pk), "") for event in log.events]
        self.fields["notices"].choices = [
            (f"{NOTICE_PREFIX}{notice_id(notice, str(version.pk))}", "")
            for notice in Notice
            for version in log.versions
        ]


class FlagForm(SentOnce):
    """The number of a failed call does not work. `from_status`: it was pressed on Läge."""

    from_status = forms.BooleanField(required=False)
