"""Where a patient has been since a move was logged: a change of ward can say more than the log does (R1.6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from .routine import Effect
from .told import NOT_ADMITTED, OTHER_PREFIX, PlaceChange


@dataclass(frozen=True, slots=True)
class Lain:
    """The key of the place that a version of a chain names as the ward. `how` says what became of the one before it,
    where somebody said so.
    """

    ward: str
    how: PlaceChange | None = None


def way_of(versions: Sequence[Lain]) -> tuple[str, ...]:
    """The wards one after another, the last one where the patient is; what was named by mistake, or in another
    spelling, is what was named after it.

    `versions` begin with the one by which the patient's ward is known at the start.
    """
    way: list[str] = []
    for one in versions:
        if one.how in (PlaceChange.MISTAKE, PlaceChange.SAME):
            way[-1:] = [one.ward]
        else:
            way.append(one.ward)
        if way[-2:-1] == way[-1:]:
            del way[-1]
    return tuple(way)


def unlogged_move(is_in: bool, way: Sequence[str]) -> Effect | None:
    """The move that no row logs of a patient who by the log was in or out, and has gone this `way` since: out of the
    region's wards, or to one of them again.
    """
    *before, now = way
    is_ours = not _is_elsewhere(now)
    if not is_in:
        return Effect.ADMISSION if before and is_ours else None
    left = before and (now == NOT_ADMITTED or not all(map(_is_elsewhere, before)))
    return Effect.DISCHARGE if left and not is_ours else None


def _is_elsewhere(ward: str) -> bool:
    return ward == NOT_ADMITTED or ward.startswith(OTHER_PREFIX)
