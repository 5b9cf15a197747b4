"""Labels that name the system, as the routine in use does."""

from django.utils.functional import Promise, lazy

from outage.routine import current_routine


def with_system(text: str) -> Promise:
    """`text` with the system's name for `{}`, looked up each time that it is shown."""
    named: Promise = lazy(lambda: text.format(current_routine().system), str)()
    return named
