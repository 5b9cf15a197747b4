"""What is said of an event that R4 does not count."""

from datetime import datetime

from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent
from outage.queries.chain_log import ChainLog
from outage.queries.counted import counted, who_enters
from outage.queries.outages import down_again, outage_since
from outage.queries.whereabouts import line_of
from outage.rules.after_end import Counts
from outage.rules.wording import day_and_time


def outside_outage(chain: CareChain, log: ChainLog, event: CareChainEvent, now: datetime) -> str:
    """That an event was registered in the system before the outage, or happened when whoever enters it was back, and
    what follows from that (R4); "" for any other.
    """
    system = chain.outage.system
    if event.withdraws:
        return ""
    if event.in_system:
        return f"Står i {system} sedan före driftstoppet. Registreras inte efteråt."
    outage, principal = who_enters(chain, event)
    if not outage.own_end or not outage.was_over_at(event.happened_at):
        return ""
    own = principal == chain.principal
    was = f"{system} var åter i drift" if own else f"regionen var åter i {system}"
    back = f"Efter att {was} {day_and_time(outage.own_end, now)}"
    again = down_again(outage, principal, event.happened_at)
    if again:
        began = day_and_time(again.current.started_at, now)
        return f"{back}, när det låg nere igen sedan {began}. Räknas med i efterregistreringen här."
    if own and counted(chain, line_of(log, event), event) is Counts.TO_CHECK:
        return f"{back}, men loggat som om driftstoppet pågick. Kontrollera att det står i {system}."
    by = "" if own else f" av {Party(event.sender).label.lower()}"
    if outage_since(outage, principal):
        return f"{back}. Registreras i {system}{by} när det går, inte som efterregistrering."
    return f"{back}. Registreras direkt i {system}{by}, inte efteråt."
