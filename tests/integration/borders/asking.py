"""Whether a right was asked before the first look at what is about patients."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.db import connection

from contacts import access
from contacts.rules.permissions import Right, Role, role_may

# What is logged, and entered from paper. A held form is its owner's own; the rest names no patient.
PATIENT_MODELS = (
    "outage.CareChain",
    "outage.CareChainDetails",
    "outage.CareChainEvent",
    "outage.Handover",
    "outage.HandoverMessage",
    "outage.ChainJoin",
    "outage.DischargeCompletion",
    "outage.OpenItem",
    "outage.Opening",
    "outage.RegistrationMark",
    "blanketter.PaperEntry",
)
TABLES = {apps.get_model(name)._meta.db_table for name in PATIENT_MODELS}
# What a statement reads or writes, not what it only compares with: that an outage has chains says nothing of them.
_HEAD = re.compile(r"^.*?(?:FROM|INTO|UPDATE) \"\w+\"", re.DOTALL)
_NAMED = re.compile(r'"(\w+)"')
# Whether anybody logged a discharge is shown to everybody: a yes or no that says nothing of whom.
_SHOWN_TO_ALL = "discharge_logged"
# The navigation asks too, to know what to show: that is no guard.
_GUARDS = ("/queries/", "/services/", "contacts/access.py", "contacts/views/tools.py")


def callers() -> Iterator[str]:
    """The names of the functions that led here."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        yield frame.f_code.co_name


@contextmanager
def unasked() -> Iterator[list[str]]:
    """The statements on tables of patients that were run before a guard asked for a right."""
    asked, found = False, []

    def noted(role: Role, right: Right) -> bool:
        nonlocal asked
        caller = sys._getframe(1)
        if caller.f_code.co_name == "can" and caller.f_back is not None:
            caller = caller.f_back
        asked = asked or any(place in caller.f_code.co_filename for place in _GUARDS)
        return role_may(role, right)

    def look(execute: Any, sql: str, *more: Any) -> Any:
        head = _HEAD.match(str(sql))
        if not asked and head and TABLES & set(_NAMED.findall(head[0])) and _SHOWN_TO_ALL not in callers():
            found.append(sql)
        return execute(sql, *more)

    with patch.object(access, "role_may", noted), connection.execute_wrapper(look):
        yield found
