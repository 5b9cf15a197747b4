"""The kind of ward that a patient counts as being on: it decides which öppenvård is told (R3.10)."""

from contacts.rules.parties import OutpatientKind, WardKind, outpatient_kind_for, ward_kind_for

_A_KIND = {
    OutpatientKind.HEALTH_CENTRE: "en hälsocentral",
    OutpatientKind.PSYCHIATRIC_OUTPATIENT: "en psykiatrisk öppenvård",
}


def kind_of_place(*, listed: str, at_home: bool, outpatient: str, was: WardKind | None) -> WardKind | None:
    """What follows from a place: the kind of the `listed` ward; of a patient at home that of the öppenvård, where it is
    known, else as it `was`. None for a ward in no list: somebody has to say.
    """
    if at_home:
        return ward_kind_for(outpatient) if outpatient else was or WardKind.SOMATIC
    return WardKind(listed) if listed else None


def misfit(kind: WardKind, outpatient: str, *, follows: bool) -> tuple[str, str] | None:
    """Why an öppenvård of the kind `outpatient` cannot be told of a patient on a ward of `kind`: what is said beside
    the kind of ward, and beside the öppenvård; None where they fit. `follows`: the kind is that of the ward, and not
    only what somebody set it to, which may be what is wrong.
    """
    wanted = outpatient_kind_for(kind)
    if not outpatient or outpatient == wanted:
        return None
    said, choose = kind.label.lower(), f"Välj {_A_KIND[wanted]} (R3.10)."
    if follows:
        return "", f"Patienten ligger på {said} avdelning. {choose}"
    wrong = f"Slag av avdelning är satt till {said}, men öppenvården är inte {_A_KIND[wanted]}."
    return f"{wrong} Ändra slaget om det är fel.", f"Är slaget av avdelning rätt? {choose}"
