"""Every form class of the product, made as its view makes it, so that a test can say something of all of them."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

import contacts.webforms as contact_forms
import forms.webforms as paper_forms
import outage.webforms as outage_forms
from contacts.filing.book import Book, Sheet
from contacts.filing.choices import Known
from contacts.filing.proposing import guess
from contacts.filing.step import Step, step_of
from contacts.rules.parties import Party
from contacts.webforms.importing import ChoicesForm
from forms.webforms.entering import EntryForm as PaperEntryForm
from outage.models import CareChain
from outage.queries.chain_log import logs_of
from outage.rules.closing import Held, Holds
from outage.rules.handover import Direction
from outage.rules.pasted_list import read_pasted
from outage.webforms.calls import CallForm
from outage.webforms.chains import ChainForm
from outage.webforms.closing import LeaveForm
from outage.webforms.events import CorrectEventForm
from outage.webforms.tries import TryForm
from outage.webforms.ward_patients import ForAllForm, PasteForm, PatientRowForm, Places
from tests.factories import TOLVAN, County, make_event

PACKAGES = (contact_forms, outage_forms, paper_forms)
Make = Callable[[Any], forms.Form]


def form_classes() -> list[type[forms.Form]]:
    """Every form class that the product's webforms define."""
    found: dict[str, type[forms.Form]] = {}
    for package in PACKAGES:
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, each in inspect.getmembers(import_module(info.name), inspect.isclass):
                if issubclass(each, forms.Form) and each.__module__ == info.name:
                    found[f"{info.name}.{name}"] = each
    return list(found.values())


def every_form(county: County, chain: CareChain) -> Iterator[tuple[str, Make]]:
    """For each form class, its name and a function that makes it with the posted data (or None)."""
    events = [
        make_event(county.alva, chain),
        make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT),
        make_event(county.alva, chain, "preliminary_ready"),
    ]
    log = logs_of([chain.pk])[chain.pk]
    call = {"chain": chain, "log": log}
    pasted = read_pasted(f"{TOLVAN} Tolvan\n{TOLVAN} 19900101-9802 Ek", timezone.localdate()).patients
    variants: dict[type[forms.Form], list[dict[str, Any]]] = {
        CallForm: [
            call | {"acting": by, "direction": direction}
            for by in (county.alva, county.cissi, county.disa)
            for direction in Direction
        ]
        + [call | {"acting": county.alva, "direction": Direction.GIVEN, "corrects": [events[0].pk]}],
        PaperEntryForm: [call | {"acting": county.disa, "direction": Direction.GIVEN}],
        TryForm: [{"chain": chain, "log": log}],
        ChainForm: [{"acting": county.alva}, {"acting": county.alva, "chain": chain}],
        PasteForm: [{"acting": county.alva}],
        PatientRowForm: [{"patient": patient, "places": Places.read()} for patient in pasted],
        ForAllForm: [{"places": Places.read()}],
        CorrectEventForm: [{"event": event} for event in events],
        LeaveForm: [{"held": {Holds.CALL: Held(2), Holds.SHEET: Held(1)}}],
        ChoicesForm: [{"step": a_step()}],
    }
    for each in form_classes():
        needed = inspect.signature(each.__init__).parameters
        known: dict[str, Any] = {
            "units": [county.ward],
            "of_region": True,
            "chains": [],
            "choices": [],
            "pairs": [],
            "before": [],
            "people": [],
            "lines": [],
            "outages": [],
            "system": "PRATOR",
        }
        usual = {name: value for name, value in known.items() if name in needed}
        for kwargs in variants.get(each, [usual]):
            yield f"{each.__module__}.{each.__name__}", _maker(each, kwargs)


def a_step() -> Step:
    """What there is to choose of a file of another shape than ours."""
    book = Book((Sheet("Blad1", [["Namn", "Telefon", "Sort"], ["Växeln", "ring 090-16 10 01", "vx"]]),))
    known = Known({"Umeå kommun": "Umeå kommun"}, "Umeå kommun")
    return step_of(book, guess(book, known), known)


def _maker(each: type[forms.Form], kwargs: dict[str, Any]) -> Make:
    def make(data: Any) -> forms.Form:
        return each(data, **kwargs)

    return make


def names_of(field_name: str, field: forms.Field) -> list[str]:
    """The names under which a browser sends a field."""
    if isinstance(field.widget, forms.MultiWidget):
        return [f"{field_name}{suffix}" for suffix in field.widget.widgets_names]
    return [field_name]


def as_sent(values: dict[str, list[str]]) -> QueryDict:
    """Posted data as a view gets it."""
    found = QueryDict(mutable=True)
    for name, each in values.items():
        found.setlist(name, each)
    return found
