"""A pasted list looked through: what there is to know of each patient before a chain is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from outage.models import CareChain
from outage.queries.naming import names_shown, patient_in_list
from outage.rules.asked_changes import same_number_other_name
from outage.rules.identity import Identity, classify_identity, number_key
from outage.rules.pasted_list import PERHAPS_PHONE, SEVERAL_NUMBERS, PastedPatient, repeated


@dataclass(frozen=True, slots=True)
class ChainLink:
    id: UUID
    label: str


@dataclass(frozen=True, slots=True)
class RowNotes:
    """What is shown beside a row. `opened` is the chain that was opened from it, `existing` those there were before.

    `same_as` is the row above with the same number. Where the name is not filled in, `names` are those to choose
    among and `others` what the row says of somebody else. `to_choose`: the number is to be chosen; `again`: the line
    stands above too; `may_mark`: marking all marks it too; `is_settled`: nothing is left to do with it.
    """

    number: int
    text: str
    left: str
    warnings: tuple[str, ...]
    existing: tuple[ChainLink, ...]
    other_name: str
    opened: ChainLink | None
    same_as: int | None
    names: tuple[str, ...]
    others: tuple[str, ...]
    to_choose: bool
    again: bool

    @property
    def may_mark(self) -> bool:
        known = self.existing or self.opened or self.same_as
        return not (known or self.names or self.others or self.to_choose)

    @property
    def is_settled(self) -> bool:
        is_there = self.opened or (self.existing and not self.other_name)
        return bool(is_there or (self.again and self.to_choose))


def row_notes(
    patients: Sequence[PastedPatient],
    typed: Sequence[tuple[str, str]],
    existing: Mapping[str, Sequence[CareChain]],
    opened: Mapping[int, CareChain],
    today: date,
) -> list[RowNotes]:
    """`typed` has number and name as they stand in each row now, `existing` is by number."""
    doubles = repeated(_keys([classify_identity(number, today) for number, _ in typed]))
    found = []
    for at, patient in enumerate(patients):
        number, name = typed[at]
        before = [chain for chain in existing.get(number, ()) if chain != opened.get(at)]
        other_name = same_number_other_name(name, names_shown(before))
        found.append(
            RowNotes(
                number=at + 1,
                text=patient.text,
                left=patient.left,
                warnings=(*filter(None, [other_name]), *_warnings(patient, number, name, today)),
                existing=tuple(map(_link, before)),
                other_name=other_name,
                opened=_link(opened[at]) if at in opened else None,
                same_as=doubles[at] + 1 if at in doubles else None,
                names=() if name else patient.names,
                others=() if name else patient.others,
                to_choose=patient.to_choose and not number,
                again=patient.again,
            )
        )
    return found


def _keys(identities: Sequence[Identity]) -> list[str]:
    """What two rows with the number of one patient have in common, though the century of one is guessed."""
    guessed = {identity.stored[-10:] for identity in identities if identity.century_guessed}
    return [
        identity.stored[-10:]
        if identity.born and identity.stored[-10:] in guessed
        else number_key(identity.stored)
        for identity in identities
    ]


def _link(chain: CareChain) -> ChainLink:
    patient = patient_in_list(chain)
    label = patient.name if patient.protected else f"vårdkedja {chain.number}, {patient.name}"
    return ChainLink(chain.pk, label)


def _warnings(patient: PastedPatient, number: str, name: str, today: date) -> list[str]:
    found: list[str] = []
    identity = classify_identity(number, today)
    if number:
        found += identity.warnings
        if identity.century_guessed:
            found.append(f"Läst som född {identity.born}.")
    elif patient.again:
        found.append(
            "Samma rad en gång till: välj numret om även den andra är en patient, annars låt raden vara."
        )
    elif patient.to_choose:
        found.append(PERHAPS_PHONE if patient.perhaps_phone else SEVERAL_NUMBERS)
    else:
        found.append("Numret saknas.")
    if not name and not patient.names:
        found.append("Namnet saknas. Skriv det om det är känt.")
    if patient.protected:
        found.append(
            "Listan säger skyddade personuppgifter på eller intill raden. Avmarkera om det gäller någon annan."
        )
    return found
