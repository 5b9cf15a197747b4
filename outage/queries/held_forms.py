"""What was sent and could not be let through: kept for its owner."""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import Resolver404, resolve
from django.utils import timezone

from contacts.models import Principal, Unit, User
from contacts.queries.prepared import prepared
from contacts.queries.submissions import saved_when
from contacts.rules.held import Content, how_held
from outage.models import CareChain, CareChainEvent, Handover, HeldForm, Outage
from outage.queries.outages import outage_in_view

# Longer than any shift; after that it is patient data without a purpose.
KEPT_FOR = timedelta(hours=12)
# How long its owner can still read that there was something, and when: the next shift may be days away.
KNOWN_FOR = timedelta(days=7)


def held_forms_of(user: User) -> list[HeldForm]:
    """Of every assignment, oldest first."""
    return [held for held in known_forms_of(user) if not is_lost(held)]


def known_forms_of(user: User) -> list[HeldForm]:
    """As `held_forms_of`, and those whose content is gone (`is_lost`)."""
    return _held_since(user.pk, timezone.now() - KNOWN_FOR)


def is_lost(held: HeldForm) -> bool:
    """Whether it was never saved and is kept no longer; by the clock the content goes, and what it was stays."""
    return held.at < timezone.now() - KEPT_FOR


@prepared
def _held_since(user_id: int, since: datetime) -> QuerySet[HeldForm]:
    found = HeldForm.objects.filter(user=user_id, at__gte=since)
    return found.select_related("user", "membership__unit").order_by("at", "pk")


def held_form_of(user: User, held_id: UUID | str, age: timedelta = KEPT_FOR) -> HeldForm | None:
    """None for another person's form, one older than `age`, and an invalid id."""
    try:
        return _kept(age).filter(user=user, pk=UUID(str(held_id))).first()
    except ValueError:
        return None


def match_of(path: str) -> Any:
    """The view that it was sent to; None where there is none any more."""
    try:
        return resolve(path.partition("?")[0])
    except Resolver404:
        return None


def content_of(held: HeldForm) -> Content:
    content: Content = json.loads(held.content)
    return content


def unsaved_in(unit: Unit) -> list[HeldForm]:
    """Of everybody's assignments in the unit, oldest first; not what was saved though its answer was lost."""
    return _unsaved(_kept().filter(membership__unit=unit))


def _unsaved(forms: QuerySet[HeldForm]) -> list[HeldForm]:
    found = forms.order_by("at", "pk")
    return [held for held in found if not saved_when(held.user, content_of(held).get("client_id", ()))]


# What names the chain that a form is about, and the way to its outage from there.
_ABOUT: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "chain_id": partial(CareChain.objects.values_list, "pk", "outage"),
    "event_id": partial(CareChainEvent.objects.values_list, "pk", "chain__outage"),
    "handover_id": partial(Handover.objects.values_list, "pk", "chain__outage"),
}
# What is about a patient of whom no chain is known yet.
_NEW = "new_chain", "paste_patients", "enter_sheet"


def unsaved_about(
    principal: Principal, outage: Outage, units: Collection[int] | None = None
) -> list[HeldForm]:
    """What was sent from the principal's units, or some of them, about patients of the outage, and is in no log, oldest
    first. What says no chain is about the outage that is in view. No print, which saves nothing, and no file.
    """
    where = {"membership__unit__principal": principal} if units is None else {"membership__unit__in": units}
    chains: dict[str, dict[UUID, list[HeldForm]]] = {name: {} for name in _ABOUT}
    found = []
    forms = _unsaved(_kept().filter(**where))
    in_view = outage_in_view(principal) if forms else None
    for held in forms:
        match = match_of(held.path)
        how = how_held(getattr(match.func, "held_as", None), content_of(held)) if match else None
        if how is None or how.asks or how.file:
            continue
        about = next((name for name in _ABOUT if name in match.kwargs), "")
        if about:
            chains[about].setdefault(match.kwargs[about], []).append(held)
        elif match.view_name in _NEW and outage == in_view:
            found.append(held)
    for name, rows in chains.items():
        of = dict(_ABOUT[name]().filter(pk__in=rows)) if rows else {}
        found += [held for pk, sent in rows.items() if of.get(pk) == outage.pk for held in sent]
    return sorted(found, key=lambda held: held.at)


def is_held(held_id: UUID) -> bool:
    """Whether it is still kept, for anybody."""
    return _kept().filter(pk=held_id).exists()


def kept_for(held_ids: Iterable[str]) -> list[str]:
    """The first names of those for whom any of these is still kept: all that a page before the log-in may reveal."""
    return sorted({given_name(held.user) for held in _kept().filter(pk__in=list(held_ids))})


def given_name(user: User) -> str:
    """The name that the next person at a shared computer may see."""
    return next(iter(user.first_name.split()), user.username)


def kept_same(sent: HeldForm) -> HeldForm | None:
    """The same content, sent before from the same page in the same assignment."""
    same = _kept().filter(user=sent.user, membership=sent.membership, path=sent.path)
    return same.filter(content_hash=sent.content_hash).order_by("at", "pk").first()


def kept_before(sent: HeldForm, held_id: str) -> HeldForm | None:
    """The one with that id, where it was sent from the same page in the same assignment."""
    found = held_form_of(sent.user, held_id)
    if found is None or found.membership != sent.membership:
        return None
    return found if found.path.partition("?")[0] == sent.path.partition("?")[0] else None


def outdated() -> QuerySet[HeldForm]:
    """Those whose content has still to go."""
    return HeldForm.objects.filter(at__lt=timezone.now() - KEPT_FOR).exclude(content_hash="")


def forgotten() -> QuerySet[HeldForm]:
    return HeldForm.objects.filter(at__lt=timezone.now() - KNOWN_FOR)


def _kept(age: timedelta = KEPT_FOR) -> QuerySet[HeldForm]:
    since = timezone.now() - age
    return HeldForm.objects.filter(at__gte=since).select_related("user", "membership__unit")
