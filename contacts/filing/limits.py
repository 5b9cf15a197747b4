"""How large a file may be. Ours: a directory of 10,000 entries fits twice, and a hostile file is done in a moment."""

from dataclasses import replace

from contacts.sandbox import Limits

MB = 1_000_000

FILE_BYTES = 5 * MB
ROWS = 20_000
"""Rows under the heading."""
EMPTY_ROWS = 200_000
"""Rows without any text, which a spreadsheet may leave by the thousand after the last one."""
COLUMNS = 40
CELL_CHARACTERS = 2_000
TEXT_CHARACTERS = 20 * MB
"""All cells together: a workbook may use one long text in every cell."""

SHEETS = 50
CELLS = 400_000
"""Cells of a workbook's sheet, and texts in its table of texts."""
PARTS = 200
PART_RATIO = 200
UNPACKED_BYTES = 60 * MB
STYLE_ELEMENTS = 20_000
XML_DEPTH = 32
"""A workbook nests about ten deep."""
ATTRIBUTE_CHARACTERS = 32_000

CHILD = Limits(
    memory_bytes=1_200 * MB,
    cpu_seconds=60,
    silent_seconds=90,
    whole_seconds=90,
    piece_bytes=4 * UNPACKED_BYTES,
)
WHILE_WAITING = replace(CHILD, silent_seconds=10, whole_seconds=10)
"""Of a small table, which is read while its page is made: 20,000 rows take three seconds."""
