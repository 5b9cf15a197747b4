"""Who keeps a person, and what nobody may do to themselves."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

NOT_YOUR_OWN = "Ingen ger sig själv behörighet. Be en annan administratör."
OWN_CODE = "Byt ditt eget lösenord under Mitt konto."
NO_CODE_HERE = (
    "Ingen kod ges till dig själv, till den som saknar uppdrag eller är spärrad, eller till den som en annan huvudman "
    "lade till."
)
LAST_ADMINISTRATOR = "{} är den enda administratören hos {}. Lägg till en annan administratör först."
KEPT_ELSEWHERE = (
    "Namn, användarnamn och engångskoder sköts av den huvudman som lade till personen. "
    "Här ändrar du bara uppdragen."
)


def username_key(username: str) -> str:
    """The same for all that log one person in: ignores case, and how a letter is composed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username.strip()).casefold())


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is said of a person."""

    username: str
    first_name: str
    last_name: str
    email: str = ""
    hsa_id: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment, as it matters to who keeps the person; in the order in which they were made."""

    principal: int
    in_force: bool


def keeper_of(assigned: Iterable[Assigned]) -> int | None:
    """The principal that keeps a person's name, user name and codes: of the oldest assignment in force, else of the
    oldest. None for who never had one.

    So whoever gives an assignment to somebody else's person gets no way into what that person may do there.
    """
    known = list(assigned)
    in_order = [*(each for each in known if each.in_force), *known]
    return in_order[0].principal if in_order else None
