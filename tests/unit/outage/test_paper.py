"""From paper: the order of three times, who wrote it, and how a serial is read (R2.5)."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from outage.rules.groups import in_groups
from outage.rules.paper import PaperLeft, PaperMark, check_paper

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOME = [NOW + timedelta(minutes=m) for m in (-90, -1, 0, 1, 2, 3, 60)]


def mark(written_at: datetime | None = NOW, signed_by: str = "N.N.") -> PaperMark:
    return PaperMark(serial="7K3QX9M2C", written_at=written_at, signed_by=signed_by)


@pytest.mark.clause("R2.5")
def test_every_order_of_the_three_times() -> None:
    # Said the other way round: a row stands when its times come sorted, a clock two minutes fast forgiven.
    for at, written in product([None, *SOME], [None, *SOME]):
        errors = check_paper(mark(written), at=at, now=NOW)
        allowed = (
            written is not None
            and sorted([at or written, written]) == [at or written, written]
            and (written - NOW).total_seconds() <= 120
        )
        assert (not errors) is allowed, (at, written)
        assert set(errors) <= {"written_at"}


def test_the_sentence_tells_both_times() -> None:
    zone = ZoneInfo("Europe/Stockholm")
    at, written = datetime(2026, 11, 24, 11, 5, tzinfo=zone), datetime(2026, 11, 24, 10, 52, tzinfo=zone)
    assert check_paper(mark(written), at=at, now=NOW)["written_at"].startswith(
        "Samtalet var tis 24 nov 11.05 men raden skrevs tis 24 nov 10.52."
    )


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2026, 10, 25, 2, 50, tzinfo=ZoneInfo("Europe/Stockholm"))
    after = first.replace(minute=10, fold=1)
    assert check_paper(mark(after), at=first, now=NOW) == {}
    assert set(check_paper(mark(first), at=after, now=NOW)) == {"written_at"}


@pytest.mark.clause("R2.5")
@pytest.mark.parametrize("signed_by", ["", "  ", "\n"])
def test_a_row_without_a_signature_is_refused(signed_by: str) -> None:
    assert set(check_paper(mark(signed_by=signed_by), at=NOW, now=NOW)) == {"signed_by"}


@pytest.mark.parametrize(
    ("plain", "read"), [("7K3QX9M2C", "7K3-QX9-M2C"), ("123456789", "123-456-789"), ("", "")]
)
def test_a_serial_is_read_in_groups(plain: str, read: str) -> None:
    assert in_groups(plain) == read


@pytest.mark.parametrize(("filled", "waiting", "printed"), list(product((0, 1, 2), repeat=3)))
def test_what_paper_is_not_read_yet_is_told_by_kind(filled: int, waiting: int, printed: int) -> None:
    left = PaperLeft(filled, waiting, printed)
    has = {"filled": filled, "waiting": waiting, "printed": printed}
    assert {line.name: line.count for line in left.lines} == {name: n for name, n in has.items() if n}
    assert bool(left) is any(has.values())
    assert left.counts == [(line.label, line.count) for line in left.lines]
    for line in left.lines:
        several = line.said.split()[1] in ("ifyllda", "skannade", "utskrivna")
        assert line.said.startswith(f"{line.count} ")
        assert several is (line.count > 1)
