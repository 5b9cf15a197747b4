"""So that who tries on and on does not fill the trace: after the first tries each row stands for several."""

from django.core.cache import cache
from django.utils import timezone

_WINDOW = 600
# Tries in a window that have a row each: of one person or address, and of all who are not logged in together.
EACH = 20
EACH_OF_ANYBODY = 200
_KEPT = 7 * 86_400
ANYBODY = "anybody"


def to_tell(kind: str, who: str, times: int = 1, each: int = EACH) -> int:
    """How many tries a row to be written now stands for; 0 where they are only counted this time.

    The first of ten minutes have a row each, then the 40th, the 80th, the 160th and so on: of a million tries in ten
    minutes 36 rows. What was only counted is in the next row, so that the rows add up.
    """
    key, now = f"trace.{kind}.{who}".replace(" ", "."), timezone.now().timestamp()
    began, tried, untold = cache.get(key) or (now, 0, 0)
    if now - began >= _WINDOW:
        began, tried = now, 0
    before, tried, untold = tried, tried + times, untold + times
    tells = tried <= each or (tried // each).bit_length() > (before // each).bit_length()
    cache.set(key, (began, tried, 0 if tells else untold), _KEPT)
    return untold if tells else 0


def to_tell_of_anybody(kind: str, address: str, times: int = 1) -> int:
    """As `to_tell`, of somebody not logged in: by address, and by all such together."""
    told = to_tell(kind, address, times)
    return to_tell(kind, ANYBODY, told, EACH_OF_ANYBODY) if told else 0
