"""What can be said of a PDF that somebody wants to know the origin of."""

from contacts.rules.labelled import Labelled

MOST_MEGABYTES = 20
MOST_BYTES = MOST_MEGABYTES * 1_000_000
"""No file given out here comes near it; a larger one is not looked at."""


class FileOrigin(Labelled):
    UNCHANGED = "unchanged", "Filen är utskriven här och oförändrad"
    CHANGED = "changed", "Filen är ändrad efter utskriften"
    FOREIGN = "foreign", "Filen känns inte igen"
