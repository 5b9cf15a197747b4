"""Who has been told of what a task is about, and who is still to be rung, where a chain's log was read whole."""

from outage.models import CareChain
from outage.queries.chain_log import ChainLog
from outage.queries.owed import event_standings
from outage.queries.targets import target_name
from outage.rules.back_registration import Task
from outage.rules.informing import InformState
from outage.rules.told import Standing


def told_so_far(chain: CareChain, log: ChainLog, task: Task) -> str:
    """Who was told and who is left to ring, of what nobody need hear any more to be told of a discharge; "" for any
    other task, and where nobody is left.
    """
    if not task.outcomes[0].endswith("-later"):
        return ""
    found = [s for event in task.events for s in event_standings(chain, log, log.by_text[event])]
    told = [s for s in found if s.state is InformState.INFORMED]
    left = [s for s in found if s.state is not InformState.INFORMED and not s.closed]
    if not left:
        return ""
    return (
        f" Underrättade: {_names(chain, log, told) or 'ingen'}. Kvar att ringa: {_names(chain, log, left)}."
    )


def _names(chain: CareChain, log: ChainLog, standings: list[Standing]) -> str:
    return ", ".join(dict.fromkeys(target_name(chain, log, each.target) for each in standings))
