"""What somebody had typed when the log-in lapsed: held, shown again to the same person for twelve hours."""

import json
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from contacts.models import User
from outage.models import HeldForm
from outage.queries.held_forms import KEPT_FOR

LARGEST = 100_000


def hold_form(*, by: User, path: str, content: Mapping[str, list[str]]) -> HeldForm | None:
    """Hold a form that `by` had typed when the log-in lapsed; None when it is too large to be a form of ours."""
    text = json.dumps(dict(content), ensure_ascii=False)
    if len(text) > LARGEST:
        return None
    with transaction.atomic():
        HeldForm.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
        return HeldForm.objects.create(user=by, path=path, content=text)
