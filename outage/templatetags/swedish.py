"""Swedish times, dates, outcomes of calls and telephone links in every template."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from contacts.rules.phone import tel_uri
from outage.rules import wording
from outage.rules.informing import CallOutcome

register = template.Library()


@register.filter
def klockslag(at: datetime | None) -> str:
    """`10.52`, or "" for no time."""
    return wording.clock_time(at) if at else ""


@register.filter
def dag(at: date | datetime | None, seen: date | datetime | None = None) -> str:
    """`tis 24 nov`, or "" for no date; `seen` is the day it is read, by default today."""
    return wording.day(at, seen or timezone.now()) if at else ""


@register.filter
def dag_ar(at: date | datetime | None) -> str:
    """`tis 24 nov 2026`, or "" for no date."""
    return wording.day_and_year(at) if at else ""


@register.filter
def dag_tid(at: datetime | None) -> str:
    """`10.52` for today, else `tis 24 nov 10.52`; "" for no time."""
    return wording.moment(at, timezone.now()) if at else ""


@register.filter
def gemen(label: str) -> str:
    """A label inside a sentence, with the capitals of the names in it."""
    return wording.lower_first(label)


@register.filter
def utfall(outcome: str) -> str:
    """The label of an outcome of a call, from its value."""
    return CallOutcome(outcome).label


@register.filter
def tel(number: str) -> str:
    """The tel: address of a number, or "" where it cannot be rung from outside."""
    return tel_uri(number) or ""
