"""Whether a sheet that is printed of a patient says what nobody is to read on it any more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a patient: `number` by its key, `name` folded; `wrong`: logged on the wrong patient."""

    number: str
    name: str
    protected: bool
    wrong: bool


def why_outdated(then: Known, now: Known, *, parted: bool) -> str:
    """Why a sheet printed when `then` was known is to be fetched, in a sentence; or "". `parted`: it was printed while
    the chain was joined with another, and is no longer.

    A name that is spelled otherwise beside the same number is no other patient.
    """
    if now.protected and not then.protected:
        return "Patienten har fått skyddade personuppgifter sedan bladet skrevs ut."
    if now.wrong and not then.wrong:
        return "Vårdkedjan var loggad på fel patient när bladet skrevs ut."
    if parted:
        return "När bladet skrevs ut var vårdkedjan sammanförd med en annan: det kan stå en annan patients vård på det."
    same = then.number == now.number if then.number or now.number else then.name == now.name
    return "" if same else "Patienten har fått ett annat nummer eller namn sedan bladet skrevs ut."


def count_outdated(count: int) -> str:
    what = "1 blad är utskrivet före ändringen" if count == 1 else f"{count} blad är utskrivna före ändringen"
    return f"{what}: hämta och makulera {'det' if count == 1 else 'dem'}."
