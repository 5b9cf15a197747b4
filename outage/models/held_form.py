"""A form that could not be let through: kept for the person it was shown to, in the assignment it was shown in."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Membership
from contacts.models.data_key import name_of
from contacts.models.encrypted import EncryptedText

# A pasted list of the most patients and the longest text, with the fields of each.
LARGEST = 200_000


class HeldForm(models.Model):
    """What somebody sent when another was logged in, or nobody. Shown to its owner only; removed once it is saved.

    `content_hash` is a keyed one, by which the same content is known again.
    """

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    content = EncryptedText(max_length=LARGEST)
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "sparat formulär"
        verbose_name_plural = "sparade formulär"

    def __str__(self) -> str:
        return f"sparat formulär {self.at:%Y-%m-%d %H.%M}"

    def data_key_name(self) -> str:
        return name_of(self.membership.unit.principal_id)
