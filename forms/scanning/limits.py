"""What a scan may be, and the sentences for what it may not."""

from contacts.rules.errors import RuleError
from contacts.sandbox import Limits

MB = 1_000_000
FILE_BYTES = 50 * MB
"""All files of one scan together."""

MOST_PAGES = 500
MOST_PIXELS = 40 * MB
"""Of one picture: an A4 page in 600 dpi has 35 million."""

LONGEST_POINTS = 5_000
"""Of a page in a PDF: some scanners write a point for each pixel."""

SHORTEST_POINTS = 36

MEMORY_BYTES = 1_500 * MB
CPU_SECONDS = 150
SILENT_SECONDS = 25
"""No page takes so long to read; a process that is silent for so long is ended."""

WHOLE_SECONDS = 150
"""The server ends a request after 180."""

READ_SECONDS = 90
"""What is left of it is for the pages that are read at a glance, and for writing them down."""

LARGEST_PICTURE = 8 * MB

CHILD = Limits(
    memory_bytes=MEMORY_BYTES,
    cpu_seconds=CPU_SECONDS,
    silent_seconds=SILENT_SECONDS,
    whole_seconds=WHOLE_SECONDS,
    piece_bytes=LARGEST_PICTURE,
    open_files=MOST_PAGES + 64,
)

HOW = "Skanna bladen till en PDF, eller till bilder (JPEG, PNG, TIFF, HEIC eller WebP)."


class BadScan(RuleError):
    """The uploaded file cannot be read as a scan. `key` is the reason, `page` the page it concerns."""

    def __init__(self, key: str, *, page: int = 0) -> None:
        super().__init__(SENTENCES[key].format(page=page), field="files")
        self.key = key
        self.page = page


SENTENCES: dict[str, str] = {
    "none": "Välj en fil.",
    "empty": "Filen är tom. Skanna bladen igen.",
    "too_big": f"Filerna är för stora: högst {FILE_BYTES // MB} MB tillsammans. Dela upp skanningen.",
    "many_pdfs": "Lägg in en PDF i taget, eller flera bilder.",
    "program": f"Filen är ett program, inte en skanning. {HOW}",
    "archive": f"Filen är ett arkiv eller ett dokument, inte en skanning. {HOW}",
    "markup": f"Filen är en webbsida eller en ritning, inte en skanning. {HOW}",
    "unknown": f"Filen är inte en skanning som kan läsas. {HOW}",
    "locked": "PDF-filen är låst. Skanna utan lösenord.",
    "active": "PDF-filen innehåller ett program eller ett formulär. Skanna bladen igen.",
    "holds_files": "PDF-filen har andra filer i sig, som inte blir lästa. Spara dem var för sig och lägg in dem.",
    "cut": "Filen är avhuggen: slutet saknas. Skanna bladen igen.",
    "broken": "Filen är trasig och kan inte läsas. Skanna bladen igen.",
    "no_pages": "Filen har inga sidor. Skanna bladen igen.",
    "many_pages": f"Skanningen har fler än {MOST_PAGES} sidor. Dela upp den.",
    "page_size": "Sida {page} är för stor eller för liten för att vara ett blad. Skanna bladen igen.",
    "many_pixels": "Sida {page} är för stor: bilden har fler bildpunkter än ett blad behöver. "
    "Skanna i högst 600 punkter per tum.",
    "broken_page": "Sida {page} är trasig och kan inte läsas. Skanna bladen igen.",
    "slow": "Filen tog för lång tid att läsa. Skanna bladen igen, eller dela upp skanningen.",
    "died": "Filen kunde inte läsas: den är trasig eller för tung. Skanna bladen igen.",
}
