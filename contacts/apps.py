"""The app of who: principals, units, people, numbers, the audit log."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = "Kontakter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register borders, the files that take long to read in, what guards the trace, and row ids in addresses.

        Django's own form errors use our wording, in every form.
        """
        from django import forms
        from django.core import validators
        from django.urls import register_converter
        from django.urls.converters import IntConverter

        from .filing.long_work import know_files
        from .queries import borders  # noqa: F401
        from .rules.ids import ROW_ID
        from .trail.sealing import seal_everything
        from .trail.triggers import make_triggers

        know_files()
        post_migrate.connect(make_triggers, sender=self)
        post_migrate.connect(seal_everything, sender=self)
        register_converter(type("RowIdConverter", (IntConverter,), {"regex": ROW_ID}), "row")
        validators.MaxLengthValidator.message = "Skriv högst %(limit_value)d tecken. Du skrev %(show_value)d."
        validators.MinLengthValidator.message = "Skriv minst %(limit_value)d tecken. Du skrev %(show_value)d."
        validators.MaxValueValidator.message = "Ange högst %(limit_value)s."
        validators.MinValueValidator.message = "Ange minst %(limit_value)s."
        for field in (forms.ChoiceField, forms.MultipleChoiceField, forms.ModelChoiceField):
            field.default_error_messages |= {"invalid_choice": "Valet finns inte i listan. Välj igen."}
        forms.UUIDField.default_error_messages |= {
            "invalid": "Formuläret kom inte fram helt. Ladda om sidan."
        }
