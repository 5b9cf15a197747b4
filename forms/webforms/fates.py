"""The forms on a sheet's page, one for each step that a person takes with it."""

from typing import Any

from django import forms

from contacts.webforms.fields import SentOnce
from forms.rules.sheet_fate import PAPER_GONE, Look, VoidReason
from outage.webforms.moments import PastDayField


class SerialForm(forms.Form):
    lopnummer = forms.CharField(
        label="Löpnummer", max_length=60, error_messages={"required": "Skriv bladets löpnummer."}
    )


class StepForm(SentOnce):
    """What every step carries: a client-made id, and which step was the last that the person saw."""

    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """By the names the services use; call after `is_valid`."""
        return self.cleaned_data


class VoidForm(StepForm):
    void_reason = forms.ChoiceField(
        label="Varför makuleras det?",
        choices=VoidReason.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Välj varför."},
    )
    reason = forms.CharField(
        label="Med egna ord",
        required=False,
        max_length=300,
        help_text="Borttappat: skriv vad som stod på bladet. Annat: skriv varför.",
        widget=forms.Textarea({"rows": 2}),
    )

    def facts(self) -> dict[str, Any]:
        return self.cleaned_data | {"void_reason": VoidReason(self.cleaned_data["void_reason"])}


class PaperGoneForm(VoidForm):
    """Void a scanned sheet: its picture stays, and its paper is gone."""

    void_reason = forms.ChoiceField(
        label="Vad har hänt med papperet?",
        choices=[(reason.value, reason.label) for reason in VoidReason if reason in PAPER_GONE],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad som har hänt."},
    )
    reason = forms.CharField(
        label="Med egna ord",
        max_length=300,
        help_text="När det märktes, var det senast låg, och om någon annan kan ha läst det.",
        error_messages={"required": "Skriv vad som har hänt med papperet."},
        widget=forms.Textarea({"rows": 2}),
    )


class VoidStockForm(VoidForm):
    """Void what is left of a batch; `seen` is how many sheets the person saw."""

    def facts(self) -> dict[str, Any]:
        known = super().facts()
        return {key: value for key, value in known.items() if key != "seen"} | {"left": known["seen"]}


class AllEnteredForm(StepForm):
    """All rows of the sheet are in the log; `rows` is how many the person saw."""

    rows = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class CheckForm(StepForm):
    """The second look: four things to answer for; `pictures` is how many pages and backs the person saw."""

    pictures = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    looked = forms.MultipleChoiceField(
        label="Jag har jämfört papperet med bilden",
        required=False,
        choices=Look.choices(),
        widget=forms.CheckboxSelectMultiple,
    )

    def facts(self) -> dict[str, Any]:
        return self.cleaned_data | {"looked": [Look(value) for value in self.cleaned_data["looked"]]}


class AgainForm(StepForm):
    reason = forms.CharField(
        label="Varför ska bladet skannas om?", max_length=300, error_messages={"required": "Skriv varför."}
    )


class TakeBackForm(StepForm):
    reason = forms.CharField(
        label="Vad har hänt?",
        max_length=300,
        help_text="Till exempel: Papperet är återfunnet. Steget gällde ett annat blad.",
        error_messages={"required": "Skriv varför."},
    )


class DestroyForm(StepForm):
    """The decision stands beside the button."""

    decision = forms.UUIDField(widget=forms.HiddenInput)
    on = PastDayField(label="Förstört den dag")


class KeepForm(StepForm):
    reason = forms.CharField(label="Var ligger det?", required=False, max_length=300)


class GiveForm(StepForm):
    given_to = forms.CharField(
        label="Vem fick bladet?",
        max_length=200,
        help_text="Patienten, eller den närstående och hur den hör till patienten.",
        error_messages={"required": "Skriv vem som fick bladet."},
    )
    on = PastDayField(label="Lämnat den dag")
