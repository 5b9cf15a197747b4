"""System checks of the paper. The server refuses to start with a sheet it could not print."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from forms.specs import all_specs
from outage.routine import RoutineError

TAG = "driftstopp"


@register(TAG)
def check_specs(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: every sheet's content file can be read; the message names file, key and remedy."""
    try:
        all_specs()
    except RoutineError as error:
        place = f"{error.file.name}, {error.key}" if error.key else error.file.name
        return [Error(f"Blanketten går inte att läsa: {place}.", hint=error.remedy, id=f"{TAG}.E004")]
    return []
