"""What a form is to the one who sent it, where it could not be let through and is held for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Content = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class HeldAs:
    """`what` names the form or the button, in Swedish and without a patient.

    `pressed`: one press did it all, so it is asked about before it is done. `keeps_time`: the row it makes can say
    when it was pressed. `file`: what was chosen is a file, and files are not held. `asks` is what is said before it is
    done where it saves nothing.
    """

    what: str
    pressed: bool = False
    keeps_time: bool = False
    file: bool = False
    asks: str = ""

    @property
    def did(self) -> str:
        """What its owner did, of what was never saved."""
        return "skickade" if self.file else "tryckte" if self.pressed else "skrev"

    @property
    def lead(self) -> str:
        """What the link to it says."""
        return "Välj filen igen" if self.file else "Svara" if self.pressed else "Ta fram"


def became(how: HeldAs | None, saved: str = "") -> str:
    """What became of what a person sent, to that person: `how` it is held, None where it is not, and when it was
    `saved`, "" where it was not; "" where neither.
    """
    if saved and how:
        later = "Det som kom nu är undanlagt åt dig i 12 timmar: skiljer det sig syns det när det tas fram."
        return f"Det du skickade från samma ställe är sparat {saved}. {later}"
    if saved:
        return f"Det du skickade är sparat {saved}. Se hur det står, innan det görs om."
    if how is None:
        return ""
    if how.file:
        return "Filen är inte sparad. Filer läggs inte undan: välj den igen."
    if how.pressed:
        return "Du får frågan om det ska göras, först på Läge."
    return "Det du skickade är undanlagt åt dig i 12 timmar."


def held_print(what: str) -> HeldAs:
    """A button that prints."""
    return HeldAs(
        what, pressed=True, asks="Inget är utskrivet än. Svarar du ja skrivs det ut nu, som det står nu."
    )


HowHeld = HeldAs | Callable[[Content], HeldAs]


def held_by_value(name: str, known: Mapping[str, HeldAs], other: HeldAs) -> Callable[[Content], HeldAs]:
    """For a page with several buttons or forms, told apart by the value of the field `name`."""

    def chosen(content: Content) -> HeldAs:
        return known.get(next(iter(content.get(name, ())), ""), other)

    return chosen


def how_held(how: HowHeld | None, content: Content) -> HeldAs | None:
    """None for a view that says nothing of being held: it is refused and not kept."""
    return how if how is None or isinstance(how, HeldAs) else how(content)


def is_sent_again(how: HeldAs, held: Content, sent: Content) -> bool:
    """Whether what comes is what was held: the very same, or the same form by its client-made id with all of that in
    it. Another press from the same place is another press, and what says something else is held for itself.
    """
    ids = [list(content.get("client_id", ())) for content in (held, sent)]
    same_form = not how.pressed and any(ids[0]) and ids[0] == ids[1]
    return held == sent or (same_form and all(_goes_on(held[name], sent.get(name, ())) for name in held))


def _goes_on(held: Sequence[str], sent: Sequence[str]) -> bool:
    """Whether all that was held of a field is in what comes. Words may have more about them; a code never is a part."""
    return all(not text or any(text == now or (" " in now and text in now) for now in sent) for text in held)
