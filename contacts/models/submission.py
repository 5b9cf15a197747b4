"""Posted forms, by their client-made id: same id and same content is the first row, never a second."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel
from .encrypted import EncryptedJSON

# The key of the hashes: never another one, or what is sent again would be taken for something new.
SUBMISSIONS = "submissions"


class Submission(AppendOnlyModel):
    """One posted form. `id` was made in the browser; `content_hash` distinguishes a resend from other content.

    It is a keyed one: the text of a form is short enough to be guessed from a plain hash.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=60)
    content_hash = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "insänt formulär"
        verbose_name_plural = "insända formulär"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class SubmissionClash(AppendOnlyModel):
    """The same id came again with other content: stored here in full, beside the row that the first one made.

    `key_name` is that of the data key of the principal, and of its outage where one went on.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="clashes")
    content = EncryptedJSON()
    key_name = models.CharField(max_length=100)
    content_hash = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "krock mellan formulär"
        verbose_name_plural = "krockar mellan formulär"
        constraints = [models.UniqueConstraint(fields=["submission", "content_hash"], name="clash_kept_once")]

    def __str__(self) -> str:
        return f"krock {self.submission_id}"

    def data_key_name(self) -> str:
        return self.key_name
