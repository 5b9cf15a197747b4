"""Sheets that are out and say of a patient what nobody is to read on them any more."""

from collections import Counter

from django.db.models import Q, QuerySet

from contacts.access import Acting
from contacts.queries.joined import units_read_as
from forms.models import ACCOUNTABLE, Sheet, SheetKind
from forms.queries.left import LAST_STEP
from forms.rules.sheet_fate import ENDS
from outage.models import CareChain
from outage.queries.outdated import hidden_at, hidden_on_list, outdated_since, units_with_lists
from outage.queries.papers import Outdated, OutdatedSheet

_LISTS = (SheetKind.WORK_LIST, SheetKind.LOG_SHEET)


def outdated_sheets(by: Acting, chain: CareChain) -> Outdated:
    """Those of a chain that `by` sees, and of what is read with it; of one with protected personal data the lists too
    that may name the patient. None for a chain of which nothing was changed.
    """
    if chain.details.replaces_id is None:
        return Outdated()
    read_here = CareChain.objects.filter(Q(pk=chain.pk) | Q(joined_to=chain.pk))
    ids = list(read_here.values_list("pk", flat=True))
    found = [sheet for sheet in _out(Q(chain__in=ids)) if why_outdated(sheet)]
    hidden = hidden_at(ids)[0] if chain.details.protected_identity else None
    if hidden is not None:
        opened = min(read_here.values_list("recorded_at", flat=True))
        of_units = Q(unit__in=units_with_lists(chain), kind__in=_LISTS, chain=None, batch=None)
        found += _out(of_units, outage=chain.outage, printed_at__gte=opened, printed_at__lt=hidden)
    own = set(units_read_as(by.unit).values_list("pk", flat=True))
    return Outdated(
        sheets=tuple(
            OutdatedSheet(sheet.serial, sheet.shown_serial, sheet.get_kind_display(), sheet.printed_at)
            for sheet in found
            if sheet.unit_id in own
        ),
        elsewhere=tuple(Counter(sheet.unit.name for sheet in found if sheet.unit_id not in own).items()),
    )


def why_outdated(sheet: Sheet) -> str:
    """In a sentence, or ""."""
    if sheet.chain_id:
        return outdated_since(sheet.chain_id, sheet.printed_at)
    if not sheet.outage_id or sheet.batch_id or sheet.kind not in _LISTS:
        return ""
    if not hidden_on_list(sheet.outage_id, sheet.unit_id, sheet.printed_at):
        return ""
    return "En patient på bladet kan ha fått skyddade personuppgifter sedan det skrevs ut."


def _out(whose: Q, **more: object) -> QuerySet[Sheet]:
    kinds = [kind.value for kind in ACCOUNTABLE]
    found = Sheet.objects.annotate(last=LAST_STEP).exclude(last__in=[end.value for end in ENDS])
    return found.filter(whose, kind__in=kinds, **more).select_related("unit").order_by("printed_at", "serial")
