"""What can be said of a PDF that somebody wants to know the origin of."""

from enum import StrEnum

MOST_MEGABYTES = 20
MOST_BYTES = MOST_MEGABYTES * 1_000_000
"""No file given out here comes near it; a larger one is not looked at."""


class FileOrigin(StrEnum):
    """Where a file comes from, and whether it is as it was."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    FOREIGN = "foreign"


FILE_ORIGIN_LABELS: dict[FileOrigin, str] = {
    FileOrigin.UNCHANGED: "Filen är utskriven här och oförändrad",
    FileOrigin.CHANGED: "Filen är ändrad efter utskriften",
    FileOrigin.FOREIGN: "Filen är inte härifrån",
}
