"""What the content file of the samtalsstöd says: what to do before, in and after a call (R2.1, R2.5)."""

from dataclasses import dataclass

from contacts.rules.parties import Party
from forms.rules.spec import SpecHead
from outage.rules.routine import Clause


@dataclass(frozen=True, slots=True)
class CallStep:
    """One step: what to do; where not empty, what to say in as many words, and the clause it comes from."""

    do: str
    say: str = ""
    clause: Clause = ""


@dataclass(frozen=True, slots=True)
class CallGuide:
    """Steps under a heading. `party` is whose guide it is, None for everybody's."""

    heading: str
    steps: tuple[CallStep, ...]
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class CallSupportSpec(SpecHead):
    """The samtalsstöd. `note_heading` and `note_rows` are lines to write on while one rings."""

    guides: tuple[CallGuide, ...]
    note_heading: str
    note_rows: int

    def guides_for(self, parties: frozenset[Party]) -> tuple[CallGuide, ...]:
        """Everybody's guides and those of `parties`, in the order of the file."""
        return tuple(guide for guide in self.guides if guide.party is None or guide.party in parties)


def guide_faults(guides: tuple[CallGuide, ...]) -> list[str]:
    """What is wrong with the guides, an English line for each: each party has one."""
    named = {guide.party for guide in guides}
    return [f"{party} has no guide; add one" for party in Party if party not in named]
