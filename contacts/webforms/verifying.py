"""The answer about one contact that is gone through."""

from enum import StrEnum

from django import forms


class Answer(StrEnum):
    """What the keeper says of a contact, as the buttons send it."""

    RIGHT = "ratt"
    GONE = "finns-inte"
    SKIP = "hoppa-over"
    AGAIN = "visa-igen"


class VerifyForm(forms.Form):
    """One answer: about which contact, in which version, and whether it is known to have no number."""

    client_id = forms.UUIDField(required=False)
    svar = forms.ChoiceField(choices=[(answer.value, answer.name) for answer in Answer])
    entry = forms.IntegerField(required=False, min_value=1)
    version = forms.CharField(required=False, max_length=40)
    utan_nummer = forms.BooleanField(required=False)
    stanna = forms.BooleanField(required=False)

    def clean_svar(self) -> Answer:
        """Refuses a confirmation without the id that keeps it from being written twice."""
        answer = Answer(self.cleaned_data["svar"])
        if answer is Answer.RIGHT and self.cleaned_data.get("client_id") is None:
            raise forms.ValidationError("Ladda om sidan och svara igen.")
        return answer

    def clean_version(self) -> str:
        """The version, or one that no contact has: an answer about nothing in particular confirms nothing."""
        return self.cleaned_data["version"] or "-"
