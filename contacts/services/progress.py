"""Progress of long-running work, reported while it goes on."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` of the step that `words` name, in Swedish. A `total` of 0: nobody knows how long it takes."""

    words: str
    done: int = 0
    total: int = 0


Steps = Generator[Progress, None, Result]
"""Work that tells how far it has come and ends with its result."""


def finish(steps: Steps[Result]) -> Result:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def finishing(work: Callable[Asked, Steps[Result]]) -> Callable[Asked, Result]:
    def finished(*args: Asked.args, **kwargs: Asked.kwargs) -> Result:
        return finish(work(*args, **kwargs))

    return finished
