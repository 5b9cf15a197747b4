"""The field of a patient's number."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from outage.rules.identity import NO_PHONE, may_be_phone


class IdentityField(forms.CharField):
    """Whatever is typed is kept, but for what may be a telephone number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=40, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if may_be_phone(value, timezone.localdate()):
            raise ValidationError(NO_PHONE)
