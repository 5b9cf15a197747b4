"""A page streamed while the work goes on: its head at once, the progress, and the result. No script."""

import logging
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar
from uuid import uuid4

from django.http import StreamingHttpResponse
from django.template.loader import render_to_string

from contacts.access import ActingRequest
from contacts.rules.errors import RuleError
from contacts.services.progress import Steps
from contacts.views.long_work import long_work

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


def streamed(
    request: ActingRequest,
    steps: Steps[Result],
    *,
    heading: str,
    ended: Callable[[Result], str],
    refused: Callable[[RuleError], str],
    folder: str = "contacts/importing",
) -> StreamingHttpResponse:
    """Answer with a page that does the work as it is streamed.

    `ended` renders the last part of the page from the result, `refused` from the reason why it failed; `folder` has
    the frame of the page, run.html, and the message where it breaks, _broken.html. Where the browser disconnects, the
    work is abandoned and what it had written is rolled back. Where too much work goes on, it is not begun.
    """
    marker = uuid4().hex
    page = render_to_string(f"{folder}/run.html", {"heading": heading, "marker": marker}, request)
    head, _, foot = page.partition(marker)

    def parts() -> Iterator[str]:
        yield head
        try:
            with long_work():
                result = yield from _told(steps)
            yield ended(result)
        except RuleError as error:
            yield refused(error)
        except Exception:
            # The head of the page has been sent already: a 500 can be reported in no other way.
            logger.exception("a streamed page broke")
            yield render_to_string(f"{folder}/_broken.html")
        yield foot

    return StreamingHttpResponse(parts())


def _told(steps: Steps[Result]) -> Generator[str, None, Result]:
    """Run the steps, yielding each as a piece of the page."""
    try:
        while True:
            step = next(steps)
            yield render_to_string("contacts/importing/_step.html", {"step": step})
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        # The transaction of abandoned work ends here, not at some later garbage collection.
        steps.close()
