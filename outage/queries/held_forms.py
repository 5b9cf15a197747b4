"""What somebody had typed when the log-in lapsed."""

import json
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from contacts.models import User
from outage.models import HeldForm

# Longer than any shift; after that it is patient data without a purpose.
KEPT_FOR = timedelta(hours=12)


def held_form_of(user: User, held_id: UUID) -> tuple[str, dict[str, list[str]]] | None:
    """Give the path and the fields of a held form; None for another person's or an old one."""
    since = timezone.now() - KEPT_FOR
    held = HeldForm.objects.filter(pk=held_id, user=user, at__gte=since).first()
    return (held.path, json.loads(held.content)) if held else None
