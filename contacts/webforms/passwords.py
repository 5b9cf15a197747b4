"""The forms in which a person chooses the own password. What is typed in them is never shown again."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

_HELP = "Minst 12 tecken. Gärna några ord efter varandra. Inte ditt namn, inte bara siffror."


class PasswordField(forms.CharField):
    def __init__(self, label: str, autocomplete: str, **kwargs: Any) -> None:
        widget = forms.PasswordInput({"autocomplete": autocomplete})
        errors = {"required": "Skriv lösenordet."}
        super().__init__(
            label=label, strip=False, max_length=200, widget=widget, error_messages=errors, **kwargs
        )


class NewPasswordForm(forms.Form):
    password1 = PasswordField("Nytt lösenord", "new-password", help_text=_HELP)
    password2 = PasswordField("Nytt lösenord en gång till", "new-password")

    def clean(self) -> dict[str, Any]:
        """What holds for everybody's password; what depends on whose it is, the service says."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.get("password1")
        if chosen:
            try:
                validate_password(chosen)
            except forms.ValidationError as wrong:
                self.add_error("password1", wrong)
        if chosen and data.get("password2") and chosen != data["password2"]:
            self.add_error("password2", "Lösenorden är inte lika. Skriv samma två gånger.")
        return data


class LogInNameField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label="Användarnamn eller HSA-id",
            max_length=150,
            error_messages={"required": "Skriv ditt användarnamn eller HSA-id."},
            widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        )


class OneTimeCodeForm(NewPasswordForm):
    """The one-time code, and the password that it lets a person choose."""

    username = LogInNameField()
    code = forms.CharField(
        label="Engångskod",
        max_length=60,
        help_text="Stora eller små bokstäver, med eller utan bindestreck.",
        error_messages={"required": "Skriv koden som du fått av din administratör."},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    field_order = ["username", "code", "password1", "password2"]


class OwnPasswordForm(NewPasswordForm):
    old_password = PasswordField("Nuvarande lösenord", "current-password")
    field_order = ["old_password", "password1", "password2"]
