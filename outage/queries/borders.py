"""The border of what is logged, as the pages have it: a chain that the unit sees, and what is written in it."""

from contacts.access import Acting, is_within
from contacts.queries.addressed import names
from contacts.queries.joined import is_read_as
from contacts.rules.permissions import Border
from outage.models import CareChain, CareChainEvent, ChainJoin, Handover, HeldForm, ShiftHandover
from outage.queries.care_chains import one_seen
from outage.queries.openings import emergency_chain


@is_within.register
def _(chain: CareChain, by: Acting, border: Border = Border.UNIT) -> bool:
    if chain.principal_id != by.principal.pk:
        return False
    if border is Border.BRANCH:
        return by.unit.shares_branch(chain.unit)
    known = chain.details
    if chain.joined_to_id is None and by.unit.pk in (
        chain.unit_id,
        known.ward_unit_id,
        known.outpatient_unit_id,
    ):
        return True
    return bool(one_seen(by.principal.pk, by.unit.pk, chain.outage_id, chain.pk))


@is_within.register
def _(row: CareChainEvent, by: Acting, border: Border = Border.UNIT) -> bool:
    return is_within(row.chain, by, border)


@is_within.register
def _(call: Handover, by: Acting, border: Border = Border.UNIT) -> bool:
    own = (call.user_id, call.unit_id) == (by.user.pk, by.unit.pk)
    return is_within(call.chain, by, border) or (own and emergency_chain(by, call.chain_id) is not None)


@is_within.register
def _(join: ChainJoin, by: Acting, border: Border = Border.UNIT) -> bool:
    return is_within(join.kept, by, border)


@is_within.register
def _(held: HeldForm, by: Acting, border: Border = Border.UNIT) -> bool:
    return held.user_id == by.user.pk


@is_within.register
def _(row: ShiftHandover, by: Acting, border: Border = Border.UNIT) -> bool:
    return is_read_as(by.unit, row.unit_id)


names("chain_id", CareChain)
names("handover_id", Handover)
names("event_id", CareChainEvent)
names("held_id", HeldForm)
names("shift_id", ShiftHandover)
