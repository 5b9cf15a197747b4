"""A checklist and how far it is ticked off (R2.7)."""

from dataclasses import dataclass

from contacts.rules.labelled import Labelled
from contacts.rules.parties import Party, WardKind

from .routine import Clause


class Phase(Labelled):
    START = "start", "När driftstoppet börjar"
    DURING = "during", "Under driftstoppet"
    DISCHARGE = "discharge", "Vid utskrivning"
    SIP = "sip", "Vid SIP"
    BACK = "back", "När systemet är åter i drift"


@dataclass(frozen=True, slots=True)
class Item:
    """A key unique in its checklist, the Swedish sentence, the clause it rests on."""

    key: str
    text: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class Checklist:
    """One party's checklist for one phase.

    `psychiatric` is True for psychiatric care only, False for somatic only, None for both.
    """

    key: str
    party: Party
    phase: Phase
    title: str
    items: tuple[Item, ...]
    psychiatric: bool | None = None

    def suits(self, party: Party, ward_kind: WardKind) -> bool:
        """Whether `party`, working with a ward of `ward_kind`, uses this checklist (R3.10)."""
        if party is not self.party:
            return False
        return self.psychiatric is None or self.psychiatric == (ward_kind is WardKind.PSYCHIATRIC)
