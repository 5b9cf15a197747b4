"""Long work that a person has asked for: it is done by a worker, and its file waits for them."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import models
from django.utils import timezone

from contacts.rules.work import KEPT, LONG_WAIT, UNFINISHED, WorkState

from .base import person
from .data_key import key_to_read_with, key_to_write_with
from .encrypted import EncryptedText, KeyDestroyed
from .staff import Membership

# Files lie in pieces, so that neither a web worker nor the database holds a large one twice in memory.
PIECE_BYTES = 1_000_000
_OUT = 0
_ID_BYTES = 16


class Work(models.Model):
    """Shown to its owner, in the assignment it was asked for in; removed after a day.

    `client_id` is that of the press, `mark` a keyed hash of all that is asked for. `args` holds ids and words of closed
    lists, `patients` the ids of the chains that the file shows. `words`, `done` and `total` say how far it has come.
    Among those that wait the one with the lowest `turn` is done first.
    `to` is the page that shows what became of it, its name and its id; what is `said` there `warns` where it did not go
    as shown. Each of its `tries` has its number: who was taken for dead, or began it before it was cancelled, can no
    longer write. `lost` counts the workers it was taken from; `worker` is the process that has it in hand.
    """

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("slag", max_length=40)
    label = models.CharField("vad", max_length=200)
    user = person()
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="uppdrag")
    key_name = models.CharField(max_length=100)
    client_id = models.UUIDField()
    mark = models.CharField(max_length=64)
    args = models.JSONField(default=dict, blank=True)
    origin = models.CharField("varifrån", max_length=100, blank=True)
    task = models.CharField(max_length=64, blank=True)
    turn = models.PositiveIntegerField("tur", default=0)
    # What it was to do is written, though its result is not kept yet: too late to cancel it.
    bound = models.BooleanField(default=False, db_default=False, editable=False)
    state = models.CharField("läge", max_length=10, choices=WorkState.choices, default=WorkState.WAITING)
    words = models.CharField("steg", max_length=100, blank=True)
    done = models.PositiveIntegerField("klart", default=0)
    total = models.PositiveIntegerField("av", default=0)
    tries = models.PositiveSmallIntegerField("försök", default=1)
    lost = models.PositiveSmallIntegerField("tappad", default=0)
    worker = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField("begärd", default=timezone.now)
    beat_at = models.DateTimeField("senast i gång", default=timezone.now)
    started_at = models.DateTimeField("påbörjad", null=True)
    ended_at = models.DateTimeField("slut", null=True)
    said = EncryptedText("besked", max_length=2000, blank=True)
    warns = models.BooleanField(default=False)
    broke = models.CharField("fel på servern", max_length=200, blank=True)
    to = models.JSONField(default=list, blank=True)
    filename = models.CharField("filnamn", max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    once = models.BooleanField("visas en gång", default=False)
    patients = models.JSONField(default=list, blank=True)
    # Of the file: by it the paper knows what stands in it.
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)

    # What its page finds: why the file is not handed out any more, and the page to ask for it at once more.
    refused = again = ""

    class Meta:
        ordering = ["-asked_at", "pk"]
        verbose_name = "långt arbete"
        verbose_name_plural = "långa arbeten"
        indexes = [
            models.Index(fields=["membership", "-asked_at"], name="work_by_assignment"),
            models.Index(fields=["state", "beat_at"], name="work_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def data_key_name(self) -> str:
        return self.key_name

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def waits_long(self) -> bool:
        return self.state == WorkState.WAITING and timezone.now() - self.asked_at > LONG_WAIT

    @property
    def kept_until(self) -> datetime:
        return self.asked_at + KEPT

    @property
    def is_paper(self) -> bool:
        return self.content_type == "application/pdf"

    def keep_files(self, files: Sequence[bytes]) -> None:
        """What the work reads, encrypted."""
        for place, content in enumerate(files, _OUT + 1):
            self._keep(place, content)

    def keep_result(self, content: bytes) -> None:
        self._keep(_OUT, content)

    def files(self) -> list[bytes]:
        """Raises KeyDestroyed."""
        places = sorted(set(self.pieces.exclude(place=_OUT).values_list("place", flat=True)))
        return [b"".join(self._read(place)) for place in places]

    def result(self) -> bytes | None:
        """None where it is not there any more, or nobody can read it."""
        try:
            return b"".join(self._read(_OUT)) if self.pieces.filter(place=_OUT).exists() else None
        except KeyDestroyed:
            return None

    def drop_files(self) -> None:
        self.pieces.exclude(place=_OUT).delete()

    def drop_result(self) -> None:
        self.pieces.filter(place=_OUT).delete()

    def _keep(self, place: int, content: bytes) -> None:
        key = key_to_write_with(self.key_name)
        if key.cipher is None:
            raise KeyDestroyed
        for number, start in enumerate(range(0, max(len(content), 1), PIECE_BYTES)):
            piece = key.cipher.encrypt(content[start : start + PIECE_BYTES], self._about(place, number))
            self.pieces.create(place=place, number=number, content=key.id.bytes + piece)

    def _read(self, place: int) -> Iterator[bytes]:
        for piece in self.pieces.filter(place=place).order_by("number").iterator(chunk_size=4):
            stored = bytes(piece.content)
            cipher = key_to_read_with(uuid.UUID(bytes=stored[:_ID_BYTES])).cipher
            if cipher is None:
                raise KeyDestroyed
            yield cipher.decrypt(stored[_ID_BYTES:], self._about(place, piece.number))

    def _about(self, place: int, number: int) -> bytes:
        return f"work {self.pk} {place} {number}".encode()


class WorkPiece(models.Model):
    """A piece of a file, encrypted and bound to its place: of what the work reads (from 1), or of what it made (0)."""

    append_only = False

    work = models.ForeignKey(Work, models.CASCADE, related_name="pieces")
    place = models.PositiveSmallIntegerField("fil")
    number = models.PositiveIntegerField("del")
    content = models.BinaryField("innehåll")

    class Meta:
        verbose_name = "del av en fil"
        verbose_name_plural = "delar av filer"
        constraints = [models.UniqueConstraint(fields=["work", "place", "number"], name="piece_once")]

    def __str__(self) -> str:
        return f"{self.work_id} {self.place}.{self.number}"
