"""What becomes of a printed sheet: a finite table of steps, so that none is unaccounted for (R2.6)."""

from collections.abc import Collection, Sequence
from datetime import date

from contacts.rules.errors import RuleError
from contacts.rules.labelled import Labelled


class Fate(Labelled):
    """One step in the life of a sheet. The last one written is where it is now."""

    PRINTED = "printed", "Utskrivet"
    FILLED = "filled", "Ifyllt"
    SCANNED = "scanned", "Skannat"
    CHECKED = "checked", "Granskat"
    DESTROYED = "destroyed", "Förstört"
    KEPT = "kept", "Sparat"
    GIVEN = "given", "Överlämnat"
    VOIDED = "voided", "Makulerat"


BECAME: dict[Fate, str] = {
    Fate.PRINTED: "skrevs ut",
    Fate.FILLED: "fylldes i",
    Fate.SCANNED: "skannades",
    Fate.CHECKED: "granskades",
    Fate.DESTROYED: "förstördes",
    Fate.KEPT: "sparades",
    Fate.GIVEN: "lämnades över",
    Fate.VOIDED: "makulerades",
}

ENDS = frozenset({Fate.DESTROYED, Fate.KEPT, Fate.GIVEN, Fate.VOIDED})
"""A sheet is accounted for where its last step is one of these."""


class VoidReason(Labelled):
    UNUSED = "unused", "Inte använt"
    MISPRINT = "misprint", "Felutskrift"
    DAMAGED = "damaged", "Förstört av misstag"
    LOST = "lost", "Borttappat"
    OTHER = "other", "Annat"


PAPER_GONE = frozenset({VoidReason.LOST, VoidReason.DAMAGED})
"""Why a sheet may be voided that is scanned: its picture is there, and the paper is not."""


class Look(Labelled):
    """What the second look at a scan answers for, before the paper may go (R2.6)."""

    LEGIBLE = "legible", "Läsligt: allt på papperet går att läsa på bilden"
    COMPLETE = (
        "complete",
        "Komplett: alla sidor är med, också baksidor med skrift, och ingen kant är avskuren",
    )
    RIGHT_PATIENT = "right_patient", "Rätt patient: uppgifterna hör till den som bladet gäller"
    RIGHT_SHEET = "right_sheet", "Rätt blad: löpnumret på bilden är bladets"


_NEXT: dict[Fate, frozenset[Fate]] = {
    Fate.PRINTED: frozenset({Fate.FILLED, Fate.GIVEN, Fate.VOIDED}),
    Fate.FILLED: frozenset({Fate.SCANNED, Fate.GIVEN, Fate.VOIDED}),
    # Back again where the scan cannot be read or is of another paper, also if that is seen after the check.
    Fate.SCANNED: frozenset({Fate.CHECKED, Fate.FILLED, Fate.VOIDED}),
    Fate.CHECKED: frozenset({Fate.DESTROYED, Fate.KEPT, Fate.FILLED, Fate.VOIDED}),
    # A decision may come later: until then the paper is kept, and can be written on and scanned again.
    Fate.KEPT: frozenset({Fate.DESTROYED, Fate.FILLED, Fate.VOIDED}),
    # Said of the wrong sheet, or the paper was found: then it is here, and its rows have to be entered.
    Fate.DESTROYED: frozenset({Fate.FILLED}),
    Fate.GIVEN: frozenset({Fate.FILLED}),
    Fate.VOIDED: frozenset({Fate.FILLED}),
}

TO_SCAN_AGAIN = frozenset({Fate.SCANNED, Fate.CHECKED, Fate.KEPT})
"""Where a sheet's last step is one of these, it can be scanned once more: the paper is there."""

VOIDED_WITHOUT_PICTURE = "Bladet är makulerat. Inget kan föras in från det."

TO_TAKE_BACK = ENDS - TO_SCAN_AGAIN
"""Where a sheet's last step is one of these, its paper is said to be gone; where it is here, that is taken back."""

HAS_PICTURE = frozenset({Fate.SCANNED, Fate.CHECKED, Fate.KEPT, Fate.DESTROYED})
"""Where a sheet's last step is one of these, each of its pages is scanned."""

_ORDER = (Fate.PRINTED, Fate.FILLED, Fate.SCANNED, Fate.CHECKED)

_WHY_NOT: dict[Fate, str] = {
    Fate.SCANNED: "Bladet måste vara ifyllt innan det skannas.",
    Fate.CHECKED: "Bladet måste vara skannat innan det granskas.",
    Fate.DESTROYED: "Bladet måste vara skannat och granskat innan det förstörs.",
    Fate.KEPT: "Bladet måste vara skannat och granskat innan det sparas.",
    Fate.GIVEN: "Bara ett blad som inte är skannat kan lämnas över.",
}

# What is done with a paper that comes back; the patient's copy does not.
_COMES_BACK = frozenset({Fate.FILLED, Fate.SCANNED, Fate.CHECKED, Fate.DESTROYED, Fate.KEPT})


def check_step(
    now: Fate | None,
    step: Fate,
    *,
    patients_copy: bool = False,
    reason: str = "",
    may_destroy: bool = True,
    all_pages_scanned: bool = True,
    paper_gone: bool = False,
) -> None:
    """Raises RuleError with a Swedish sentence where `step` may not follow `now`, the last step of a sheet (R2.6).

    `now` is None for a sheet that is only now printed. Only the patient's copy is handed over; voiding, and going
    back to filled, require a reason; destroying requires a decision that allows it; a sheet is scanned when each of
    its pages is; one that is scanned is voided only where `paper_gone`, lost or destroyed by mistake.
    """
    if now is None:
        if step is not Fate.PRINTED:
            raise RuleError("Bladet är inte utskrivet.")
        return
    if (now in ENDS and step not in _NEXT[now]) or _is_behind(now, step):
        raise RuleError(f"Bladet är redan {now.label.lower()}.")
    if patients_copy and step in _COMES_BACK and now not in ENDS:
        raise RuleError("Patientens exemplar lämnas över eller makuleras.")
    if step is Fate.GIVEN and not patients_copy:
        raise RuleError("Bara patientens exemplar lämnas över.")
    if step not in _NEXT[now]:
        raise RuleError(_WHY_NOT[step])
    if step is Fate.SCANNED and not all_pages_scanned:
        raise RuleError("Alla sidor är inte skannade.")
    if step is Fate.VOIDED and now in HAS_PICTURE and not paper_gone:
        raise RuleError(
            "Ett skannat blad makuleras bara om papperet är borttappat eller förstört av misstag.",
            field="void_reason",
        )
    if step is Fate.DESTROYED and not may_destroy:
        raise RuleError("Det finns inget gallringsbeslut som tillåter att bladet förstörs.")
    if not reason.strip() and (step is Fate.VOIDED or (now is not Fate.PRINTED and step is Fate.FILLED)):
        raise RuleError("Skriv varför.", field="reason")


def _is_behind(now: Fate, step: Fate) -> bool:
    """Whether a sheet at `now` has come as far as `step` already, and may not take it again."""
    if now not in _ORDER or step not in _ORDER or step in _NEXT[now]:
        return False
    return _ORDER.index(step) <= _ORDER.index(now)


def why_not(now: Fate | None, step: Fate, *, patients_copy: bool = False) -> str:
    """Why `step` may not follow, in a sentence, with the best reason, a decision and all scans; empty where it may."""
    try:
        check_step(now, step, patients_copy=patients_copy, reason="-", may_destroy=True, paper_gone=True)
    except RuleError as error:
        return error.reason
    return ""


def ended_words(now: Fate) -> str:
    """The sentences that refuse a page of a sheet that has ended, and say what to do instead."""
    way = (
        "Skanna om bladet först." if now in TO_SCAN_AGAIN else "Ta tillbaka bladet först, om papperet är här."
    )
    return f"Bladet är redan {now.label.lower()}. {way}"


def may_enter_from(steps: Sequence[Fate]) -> bool:
    """Whether rows may be entered from a sheet with those steps, in order (R2.4).

    Not from a voided one, unless it was scanned once: what is on the picture still has to go into the log.
    """
    return steps[-1:] != [Fate.VOIDED] or Fate.SCANNED in steps


def check_all_entered(steps: Sequence[Fate]) -> None:
    """Raises RuleError where it cannot be said of a sheet with those steps that all its rows are in the log (R2.4)."""
    if Fate.FILLED not in steps:
        raise RuleError("Bladet är inte ifyllt. Makulera det om det inte ska användas.")
    if not may_enter_from(steps):
        raise RuleError(VOIDED_WITHOUT_PICTURE)


def check_void(reason: VoidReason, text: str, *, scanned: bool = False) -> None:
    """Raises RuleError where voiding for `reason` requires words too.

    They say why; what stood on a sheet that is lost; and of one that is `scanned`, what has become of the paper.
    """
    if text.strip():
        return
    if scanned:
        raise RuleError("Skriv vad som har hänt med papperet.", field="reason")
    if reason is VoidReason.OTHER:
        raise RuleError("Skriv varför bladet makuleras.", field="reason")
    if reason is VoidReason.LOST:
        raise RuleError("Skriv vad som stod på bladet.", field="reason")


def check_looked(looked: Collection[Look]) -> None:
    """Raises RuleError where the second look does not cover everything (R2.6)."""
    if set(looked) != set(Look):
        raise RuleError("Bocka av alla fyra, eller skanna om bladet.", field="looked")


def check_day(on: date, *, today: date, earliest: date, too_early: str) -> None:
    """Raises RuleError where `on` lies ahead of `today` or before `earliest`, all days in Stockholm.

    `too_early` is the sentence for the latter.
    """
    if on > today:
        raise RuleError("Dagen kan inte ligga framåt i tiden.", field="on")
    if on < earliest:
        raise RuleError(too_early, field="on")
