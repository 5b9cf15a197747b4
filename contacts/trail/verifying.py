"""Whether the trace is whole: each row as it was written, each seal as it was made, none removed and none put in.

Rows are gone through by their seals, in pieces, so that a long trace takes no more memory than a short one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count

from contacts.models import AuditEntry, TrailSeal
from contacts.models.ciphers import Cipher
from contacts.models.trail import rows_digest, seal_digest
from contacts.rules.trail import Range, how_many, ranges_of, read, read_gaps, without

from .faults import Faults, Kind, Noun
from .patient_sets import verify_sets
from .reading import Row, all_seals, as_at_one_moment, rows_between, rows_in
from .sealing import MOST_ROWS, content_of

Told = Callable[[int, int], None]
"""Is told how many rows are gone through, and of how many."""


@dataclass(slots=True)
class Verdict:
    rows: int = 0
    sealed: int = 0
    unsealed: int = 0
    from_before: int = 0
    seals: int = 0
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one seal says that it covers, and which numbers came with it that it says no row has."""

    seal: TrailSeal
    ranges: list[Range]


def verify(cipher: Cipher, progress: Told = lambda done, of: None) -> Verdict:
    with as_at_one_moment():
        verdict = Verdict(rows=AuditEntry.objects.count(), seals=TrailSeal.objects.count())
        _Walk(cipher, verdict, progress).through_all()
        _verify_copies(verdict)
        verify_sets(verdict.faults)
    return verdict


class _Walk:
    """Through the seals in order; what is known after the last one gone through."""

    def __init__(self, cipher: Cipher, verdict: Verdict, progress: Told) -> None:
        self.cipher, self.verdict, self.progress = cipher, verdict, progress
        self.faults = verdict.faults
        self.number, self.upto, self.digest = 0, 0, ""
        self.open: list[Range] = []
        # A seal is missing or cannot be read: what it covered is not known.
        self.is_broken = False
        self.done = 0

    def through_all(self) -> None:
        self._inserted(rows_between(None, 0, self.cipher))
        for claims in self._pieces():
            self._verify_piece(claims)
            self.progress(self.done, self.verdict.rows)
        for rows in (rows_in(self.open, self.cipher), rows_between(self.upto + 1, None, self.cipher)):
            self._unsealed(rows)

    def _pieces(self) -> Iterator[list[_Claim]]:
        """Seals with so many rows as are held at once."""
        claims: list[_Claim] = []
        held = 0
        for number, seal in all_seals():
            claim = self._follow(number, seal)
            if claim is None:
                continue
            if claims and held + how_many(claim.ranges) > MOST_ROWS:
                yield claims
                claims, held = [], 0
            claims.append(claim)
            held += how_many(claim.ranges)
        yield claims

    def _follow(self, number: int, seal: TrailSeal | None) -> _Claim | None:
        """One seal further; None where it tells nothing."""
        if number < 1:
            self.faults.add(Noun.SEAL, number, number, Kind.INSERTED)
            return None
        if number > self.number + 1:
            self.faults.add(Noun.SEAL, self.number + 1, number - 1, Kind.REMOVED)
            self.is_broken = True
        self.number = number
        try:
            if seal is None:
                raise ValueError
            ranges, gaps = read(seal.ranges), [gap.numbers for gap in read_gaps(seal.gaps)]
            if how_many(ranges) > MOST_ROWS or not isinstance(seal.upto, int):
                raise ValueError
        except (ValueError, AttributeError, TypeError):
            self.faults.add(Noun.SEAL, number, number, Kind.CHANGED)
            self.is_broken = True
            self.digest = seal.digest if seal else ""
            return None
        if seal.former != self.digest and not self.is_broken:
            self.faults.add(Noun.SEAL, number - 1, number, Kind.CHANGED, "de hänger inte ihop")
        coming = [(self.upto + 1, seal.upto)] if seal.upto > self.upto else []
        given_up = without([*self.open, *coming], [*ranges, *gaps])
        if self.is_broken:
            self._without_seal(rows_in(given_up, self.cipher))
        else:
            self._inserted(rows_in(given_up, self.cipher))
        self.is_broken = False
        self.upto, self.open, self.digest = max(self.upto, seal.upto), gaps, seal.digest
        return _Claim(seal, ranges)

    def _verify_piece(self, claims: list[_Claim]) -> None:
        wanted = [one for claim in claims for one in claim.ranges]
        rows = {row.number: row for row in rows_in(wanted, self.cipher)}
        for claim in claims:
            self._verify_seal(claim, rows)

    def _verify_seal(self, claim: _Claim, rows: dict[int, Row]) -> None:
        seal = claim.seal
        found = [rows[n] for first, last in claim.ranges for n in range(first, last + 1) if n in rows]
        for first, last in without(claim.ranges, ranges_of(sorted(row.number for row in found))):
            self.faults.add(Noun.ROW, first, last, Kind.REMOVED)
        as_written = len(found) == how_many(claim.ranges) and all(row.is_whole for row in found)
        for row in found:
            if not row.is_whole:
                self.faults.add(Noun.ROW, row.number, row.number, Kind.CHANGED)
        try:
            digest = rows_digest(self.cipher, ((row.number, row.mac) for row in found))
            is_whole = seal_digest(self.cipher, content_of(seal, digest)) == seal.digest
        except (ValueError, TypeError, AttributeError):
            is_whole = False
        if as_written and not is_whole:
            # Each row is one that was written, but another one, or in another place, than was sealed.
            numbers = (
                f"rad {seal.ranges.replace('-', '–')} omkastade eller utbytta, eller förseglingen ändrad"
            )
            self.faults.add(Noun.SEAL, seal.number, seal.number, Kind.CHANGED, numbers)
        self.done += len(found)
        self.verdict.sealed += len(found)
        if seal.from_before:
            self.verdict.from_before += len(found)

    def _inserted(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.faults.add(Noun.ROW, row.number, row.number, Kind.INSERTED)

    def _without_seal(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.verdict.unsealed += 1
            if not row.is_whole:
                self.faults.add(Noun.ROW, row.number, row.number, Kind.CHANGED)

    def _unsealed(self, rows: Iterable[Row]) -> None:
        """Who has not the key can write nothing but rows that are not whole."""
        for row in rows:
            self.verdict.unsealed += 1
            if not row.is_whole:
                self.faults.add(Noun.ROW, row.number, row.number, Kind.INSERTED, "eller ändrad")


def _verify_copies(verdict: Verdict) -> None:
    """A row that was written once stands twice."""
    macs = AuditEntry.objects.order_by().values("mac").annotate(times=Count("pk")).filter(times__gt=1)
    for each in macs.values_list("mac", flat=True).iterator():
        first, *copies = AuditEntry.objects.filter(mac=each).order_by("pk").values_list("pk", flat=True)
        for number in copies:
            verdict.faults.add(Noun.ROW, number, number, Kind.INSERTED, f"avskrift av rad {first}")
