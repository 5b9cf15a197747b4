"""A directory file that somebody has sent in: what it would change, and what it holds until it is imported."""

import uuid

from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel, person
from .data_key import name_of
from .encrypted import EncryptedJSON
from .principal import Principal
from .unit import Unit


class DirectoryFile(models.Model):
    """What a file holds: the text of its sheets. Deleted when it is imported, else after a day.

    Encrypted, as the preview is: somebody may choose a list of patients by mistake.
    """

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    principal = models.ForeignKey(Principal, models.PROTECT, related_name="+", verbose_name="huvudman")
    at = models.DateTimeField("tid", default=timezone.now, db_index=True)
    book = EncryptedJSON("innehåll")

    class Meta:
        verbose_name = "fil"
        verbose_name_plural = "filer"

    def __str__(self) -> str:
        return f"fil {self.at:%Y-%m-%d %H.%M}"

    def data_key_name(self) -> str:
        return name_of(self.principal_id)


class DirectoryUpload(AppendOnlyModel):
    """One file with its preview. Confirming it writes an audit row, `directory.import`, with this row's id.

    `file` is the id of its DirectoryFile, as long as there is one. `choices` is what was chosen of its columns and
    words, `memory` what of that is remembered for the principal's next file. `plan` is the preview as it was shown,
    empty where there is still to choose, and `plan_hash` shows whether the same file would still do the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    principal = models.ForeignKey(Principal, models.PROTECT, related_name="+", verbose_name="huvudman")
    user = person()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="enhet")
    at = models.DateTimeField("tid", default=timezone.now)
    file = models.UUIDField("fil", null=True)
    choices = models.JSONField("val", default=dict, blank=True)
    memory = models.JSONField("val att minnas", default=dict, blank=True)
    plan = EncryptedJSON("förhandsvisning", default=dict, blank=True)
    plan_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = "inläst fil"
        verbose_name_plural = "inlästa filer"

    def __str__(self) -> str:
        return f"fil {self.at:%Y-%m-%d %H.%M}"

    def data_key_name(self) -> str:
        return name_of(self.principal_id)
