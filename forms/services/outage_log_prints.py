"""The log of an outage as a file to print. Nothing of the file is kept."""

from django.db import transaction
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.rules.permissions import Right
from forms.presenters.document import of_outage
from forms.presenters.outage_log import TITLE, outage_log_part
from forms.services.outage_files import note_taken_out
from forms.services.printing import PrintedFile, named_by, typeset
from outage.models import Outage
from outage.presenters.outage_files import read_later
from outage.presenters.outage_log import log_of_outage
from outage.queries.owed import chains_seen
from outage.rules.outage_files import OutageFile, file_name, part_of, parts_of
from outage.rules.wording import local_day


def print_outage_log(*, by: Acting, outage: Outage, number: int) -> PrintedFile:
    """The part `number` of what the acting person may see, as it stands now. Raises NotAllowed and
    PrintingUnavailable.
    """
    check_may(by, Right.PRINT_SHEET)
    now = timezone.now()
    seen = chains_seen(by, outage)
    parts = len(parts_of(seen.count()))
    chains = seen[part_of(number)]
    logs = list(log_of_outage(chains, read_later(now)))
    part = outage_log_part(logs=logs, outage=outage, by=by, now=now, part=(number, parts))
    pdf = typeset([of_outage(part, outage)], title=TITLE).pdf
    rows = sum(len(found) for _, found in logs)
    with transaction.atomic():
        note_taken_out(by, outage, OutageFile.LOG, "pdf", rows, [chain.pk for chain in chains])
    began = local_day(outage.current.started_at)
    name = file_name(OutageFile.LOG, began, "pdf", number if parts > 1 else 0)
    return PrintedFile(pdf, named_by(outage, name))
