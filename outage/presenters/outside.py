"""What is said of an event that R4 does not count."""

from datetime import datetime

from outage.models import CareChain, CareChainEvent
from outage.queries.outages import down_again, outage_since
from outage.rules.wording import day_and_time


def outside_outage(chain: CareChain, event: CareChainEvent, now: datetime) -> str:
    """That an event was registered in the system before the outage, or happened when the principal was back, and what
    follows from that (R4); "" for any other.
    """
    outage = chain.outage
    if event.withdraws:
        return ""
    if event.in_system:
        return f"Står i {outage.system} sedan före driftstoppet. Registreras inte efteråt."
    if not outage.own_end or not outage.was_over_at(event.happened_at):
        return ""
    back = f"Efter att {outage.system} var åter i drift {day_and_time(outage.own_end, now)}"
    again = down_again(outage, chain.principal, event.happened_at)
    if again:
        began = day_and_time(again.current.started_at, now)
        return f"{back}, när det låg nere igen sedan {began}. Räknas med i efterregistreringen här."
    if outage_since(outage, chain.principal):
        return f"{back}. Registreras i {outage.system} när det går, inte som efterregistrering."
    return f"{back}. Registreras direkt i {outage.system}, inte efteråt."
