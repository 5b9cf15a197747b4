"""How uploads are received: in memory, and no more of them than may be read."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from contacts.filing.limits import FILE_BYTES


class BoundedUploadHandler(FileUploadHandler):
    """Keeps the files of one request up to one byte more than its page accepts; the rest is discarded.

    The limit is that of a directory file, or what UPLOAD_ROOM says of the address, for who is logged in. Nothing is
    written to the disk. A file that was cut off is recognised by its length: what reads it refuses it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._room = _room(self.request) + 1
        self._pieces: list[bytes] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._pieces = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        piece = raw_data[: self._room]
        self._room -= len(piece)
        self._pieces.append(piece)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        content = b"".join(self._pieces)
        return InMemoryUploadedFile(
            file=BytesIO(content),
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=len(content),
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def _room(request: HttpRequest | None) -> int:
    match = getattr(request, "resolver_match", None)
    # The files of somebody who is not logged in are read too, to find the form's token, and discarded.
    if match is None or request is None or not getattr(request, "acting", None):
        return FILE_BYTES
    room: int = settings.UPLOAD_ROOM.get(match.url_name, FILE_BYTES)
    return room
