"""Whether a right was asked before the first look at what is about patients."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model

from contacts import access
from contacts.rules.permissions import Right, Role, role_may

# What says nothing of patients, each with what it holds. Every other model of the two apps does, a new one by itself.
NO_PATIENTS = {
    "outage.Outage": "since when a system is down",
    "outage.OutageReport": "what was reported of it",
    "outage.PrincipalEnd": "when a principal was back",
    "outage.SupportContact": "when support was rung",
    "outage.ChecklistTick": "a tick on a unit's checklist",
    "outage.Acknowledgement": "that a unit has read its messages in the system",
    # The log-in itself looks for what is held for its owner, on every page.
    "outage.HeldForm": "what its owner alone has typed",
    "blanketter.SheetBatch": "how many blank sheets a unit was issued",
    "blanketter.DisposalDecision": "a principal's decision",
    "blanketter.PurgeStep": "when a principal's outage is purged, and counts",
}
# In full what came under an id that was used before.
_OF_CONTACTS = {"contacts.SubmissionClash"}


def about_patients() -> set[type[Model]]:
    ours = {*apps.get_app_config("outage").get_models(), *apps.get_app_config("blanketter").get_models()}
    return {m for m in ours if m._meta.label not in NO_PATIENTS} | {apps.get_model(m) for m in _OF_CONTACTS}


TABLES = {model._meta.db_table for model in about_patients()}
# What a statement reads or writes, not what it only compares with: that an outage has chains says nothing of them.
_HEAD = re.compile(r"^.*?(?:FROM|INTO|UPDATE) \"\w+\"", re.DOTALL)
_NAMED = re.compile(r'"(\w+)"')
_ROOT, _APPS = f"{settings.BASE_DIR}/", ("contacts/", "outage/", "forms/")
# What is for everybody, by the function that reads or writes it, each with the reason.
FOR_ALL = {
    "discharge_logged": "whether anybody logged a discharge: a yes or no that says nothing of whom",
    "last_binder": "when the unit's binder was printed last, which is of no patient",
    "newest_fate": "a number that is another once any sheet has gone a step further, in the version of a page",
    "print_call_support": "the same printed page for everybody",
    "print_checklist": "the unit's checklist, printed",
    "print_contact_list": "the contacts, printed",
}
# A `can` that chooses what is shown or listed is none: the navigation asks too.
_GUARDS = {"contacts/access.py:check_may", "contacts/views/tools.py:require"}


def led_here() -> Iterator[FrameType]:
    """The frames that led here, the nearest first."""
    frame = sys._getframe(1).f_back
    while frame is not None:
        yield frame
        frame = frame.f_back


def places() -> list[str]:
    """Where in the product one is: file and function, the nearest first."""
    here = [frame.f_code for frame in led_here()]
    return [
        f"{code.co_filename.removeprefix(_ROOT)}:{code.co_name}"
        for code in here
        if code.co_filename.startswith(_ROOT) and code.co_filename.removeprefix(_ROOT).startswith(_APPS)
    ]


@contextmanager
def unasked() -> Iterator[list[str]]:
    """The statements on tables of patients that were run before a right that the role has was asked for; with where."""
    asked, found = False, []

    def noted(role: Role, right: Right) -> bool:
        nonlocal asked
        may = role_may(role, right)
        asker = next(place for place in places() if place != "contacts/access.py:can")
        asked = asked or (may and asker in _GUARDS)
        return may

    def look(execute: Any, sql: str, *more: Any) -> Any:
        head = None if asked else _HEAD.match(str(sql))
        tables = TABLES & set(_NAMED.findall(head[0])) if head else set()
        here = places() if tables else []
        if tables and not any(place.partition(":")[2] in FOR_ALL for place in here):
            found.append(f"{', '.join(sorted(tables))} by {' < '.join(here)}")
        return execute(sql, *more)

    with patch.object(access, "role_may", noted), connection.execute_wrapper(look):
        yield found
