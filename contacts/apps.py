"""The app of who: principals, units, people, numbers, the trace."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Kontakter."""

    name = "contacts"
    verbose_name = "Kontakter"
    default_auto_field = "django.db.models.BigAutoField"
