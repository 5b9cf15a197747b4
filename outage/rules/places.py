"""The places of one chain: which it names, has named, and which were rung about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from contacts.rules.parties import Party

from .informing import PARTICIPANT_PREFIX
from .told import CallRow, PlaceChange, Target, Version, folded

PARTIES = (Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT)


@dataclass(kw_only=True)
class Places:
    """The places of one chain, by the versions of what was known of it and the standing calls."""

    versions: Sequence[Version]
    calls: Sequence[CallRow]

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @cached_property
    def _alias(self) -> dict[str, str]:
        """Each place that is only another spelling of a later one, with the later one's key."""
        alias: dict[str, str] = {}
        for former, version in pairwise(self.versions):
            for party, how in version.changed.items():
                old, new = (self._follow(alias, v.places.get(party, "")) for v in (former, version))
                if how is PlaceChange.SAME and old and new and old != new:
                    alias[old] = new
        return alias

    @staticmethod
    def _follow(alias: Mapping[str, str], place: str) -> str:
        while place in alias:
            place = alias[place]
        return place

    def same(self, place: str) -> str:
        """The key of `place` as it is known now."""
        return self._follow(self._alias, place)

    def place_of(self, party: Party, version: Version | None = None) -> str:
        """Where `party` is reached, as the newest version has it, else as `version` had; "" where it is not known."""
        if version is None:
            return self._places_now.get(party, "")
        return self.same(version.places.get(party, ""))

    @cached_property
    def _places_now(self) -> dict[Party, str]:
        return {party: self.same(place) for party, place in self.now.places.items()}

    @cached_property
    def _named(self) -> dict[str, str]:
        # A name of today goes before one that another place had.
        former, names = ([getattr(v, which) for v in self.versions] for which in ("other_names", "names"))
        return {name: self.same(key) for each in (*former, *names) for name, key in each.items()}

    def participant(self, name: str) -> Target:
        """A participant of a SIP; a place of the chain where its name is what was written."""
        if name not in self._participants:
            place = self._named.get(folded(name))
            self._participants[name] = (
                Target(PARTICIPANT_PREFIX + folded(name), participant=name)
                if place is None
                else replace(self.target_at(place), participant=name)
            )
        return self._participants[name]

    @cached_property
    def _participants(self) -> dict[str, Target]:
        return {}

    def target_at(self, place: str) -> Target:
        """`place` is one that the chain names, or has named."""
        for version in reversed(self.versions):
            for party in PARTIES:
                if self.place_of(party, version) == place:
                    return Target(place, party, former=version is not self.now)
        # A call that came from another chain can have got to a place that this one, naming another, never named.
        rung = (call.party for call in self.calls if call.party and self.same(call.place) == place)
        rung_as = next(rung, None)
        return Target(place, rung_as, former=True) if rung_as and self.place_of(rung_as) else Target(place)

    def left(self, place: str) -> tuple[PlaceChange, Version]:
        """How and by which version a former place was last left; one that was never named was rung by mistake."""
        left = (PlaceChange.MISTAKE, self.versions[0])
        for former, version in pairwise(self.versions):
            for party in PARTIES:
                if self.place_of(party, former) == place != self.place_of(party, version):
                    left = version.changed.get(party, PlaceChange.MOVED), version
        return left
