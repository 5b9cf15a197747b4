"""What an identity provider vouches for: who, at which unit, in which role, how surely and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .errors import RuleError
from .hsa import tidy_hsa_id
from .permissions import Role


@dataclass(frozen=True, slots=True)
class Names:
    """What the provider calls each thing, as claims of a token or attributes of an assertion; "" for not told."""

    person: str
    unit: str
    role: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Vouched:
    """`hsa_id` and `unit` are "" where nothing that is an HSA-id was told, `at` None where no time was, in seconds."""

    hsa_id: str
    unit: str
    words: tuple[str, ...]
    levels: tuple[str, ...]
    at: float | None


def vouched(
    told: Mapping[str, object], names: Names, levels: Iterable[str] = (), at: float | None = None
) -> Vouched:
    """What was told, tidied. `levels` are those told beside it, where `names` has none for them."""
    return Vouched(
        hsa_id=_hsa_id(told.get(names.person)),
        unit=_hsa_id(told.get(names.unit)),
        words=_texts(told.get(names.role)) if names.role else (),
        levels=_texts(told.get(names.level)) if names.level else tuple(levels),
        at=at,
    )


def roles_meant(words: Iterable[str], known: Mapping[str, Role]) -> tuple[Role, ...]:
    """The roles that the provider's words stand for, in the order of `known`."""
    said = {word.casefold() for word in words}
    return tuple(dict.fromkeys(role for word, role in known.items() if word.casefold() in said))


def _texts(told: object) -> tuple[str, ...]:
    several = told if isinstance(told, list | tuple) else [told]
    return tuple(each.strip() for each in several if isinstance(each, str) and each.strip())


def _hsa_id(told: object) -> str:
    """Of several none is meant."""
    texts = _texts(told)
    try:
        return tidy_hsa_id(texts[0]) if len(texts) == 1 else ""
    except RuleError:
        return ""
