"""From a content file to what the page Rutinen shows, and what is said where one rings."""

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from contacts.rules.parties import Party

from ..rules.routine import ClauseLine, Part, Place, RingingAdvice, RingingHours, WebAddress
from .table import Table

Cite = Callable[[Table], str]
"""Reads the clause that a table cites, which must stand among the routine's own."""


def read_parts(top: Table, clauses: Mapping[str, str], cite: Cite) -> tuple[Part, ...]:
    """Every clause in its part, once; raises RoutineError for one that is missing, repeated or in the wrong part."""
    left = dict.fromkeys(clauses)
    found = []
    for table in top.tables("parts"):
        lines = tuple(_lines(table, cite, left))
        found.append(Part(_number(lines[0].clause), table.text("heading"), lines))
    for clause in left:
        raise top.error("parts.clauses", f"{clause} stands nowhere; add it, with where it is done")
    return tuple(found)


def read_addresses(top: Table, cite: Cite) -> tuple[WebAddress, ...]:
    """The addresses that the routine names; it need not name any."""
    if "addresses" not in top.names():
        return ()
    return tuple(
        WebAddress(table.text("name"), table.text("address"), cite(table))
        for table in top.tables("addresses")
    )


def read_ringing(top: Table, cite: Cite) -> tuple[RingingAdvice, ...]:
    """What is said where one rings: one text for each party at each hour, neither none nor two."""
    found = []
    left = set(product(Party, RingingHours))
    for table in top.tables("ringing"):
        party, hours = table.one_of("party", Party), table.optional_one_of("hours", RingingHours)
        said = {(party, each) for each in ([hours] if hours else RingingHours)}
        if not said <= left:
            raise table.error("hours", f"{party} has two texts for the same hours; keep one")
        left -= said
        found.append(RingingAdvice(party, hours, cite(table), table.text("text")))
    for party, hours in sorted(left):
        raise top.error("ringing", f"{party} has no text for {hours}; add one")
    return tuple(found)


def _lines(part: Table, cite: Cite, left: dict[str, None]) -> Iterator[ClauseLine]:
    number = ""
    for table in part.tables("clauses"):
        clause = cite(table)
        if clause not in left:
            raise table.error("clause", f"{clause} stands twice; keep one")
        number = number or _number(clause)
        if _number(clause) != number:
            raise table.error("clause", f"{clause} is no clause of {number}; move it to its own part")
        if "done_at" not in table.names():
            raise table.error(
                "done_at", "write where it is done, or [] where that is outside the application"
            )
        del left[clause]
        done_at = table.several_of("done_at", Place) if table.texts("done_at") else ()
        parties = table.several_of("parties", Party) if "parties" in table.names() else tuple(Party)
        yield ClauseLine(clause, done_at, parties)


def _number(clause: str) -> str:
    return clause.partition(".")[0]
