"""What whoever has a sheet in hand must know before anything is entered from it, in sentences."""

from datetime import datetime

from django.utils import timezone

from contacts.access import Acting
from forms.models import Sheet
from forms.queries.entering import drill_filled_in, of_past_drill
from forms.queries.outdated import why_outdated
from outage.models import Outage
from outage.rules.drills import WRITTEN_FOR_IT
from outage.rules.wording import moment


def warnings_of(by: Acting, sheet: Sheet) -> list[str]:
    now, found = timezone.now(), []
    drill = drill_filled_in(by, sheet)
    if drill is not None and drill.own_end:
        practised = "Gäller det övningen: för inte in något från det, och makulera det."
        found.append(f"{filled_in_drill(drill, now)} {practised}")
    if of_past_drill(sheet):
        found.append(WRITTEN_FOR_IT)
    if why := why_outdated(sheet):
        found.append(
            f"{why} För in det som är skrivet för hand, om det gäller rätt patient, och makulera bladet."
        )
    return found


def filled_in_drill(drill: Outage, now: datetime) -> str:
    began = moment(drill.current.started_at, now)
    until = f"–{moment(drill.own_end, now)}" if drill.own_end else " och framåt"
    return f"Det skrevs på bladet medan en övning pågick, {began}{until}."
