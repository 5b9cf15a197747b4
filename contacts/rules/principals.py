"""The principals of the county, with the support that is each one's own (R1.1)."""

from dataclasses import dataclass

REGION_NAME = "Region Västerbotten"
# R5.1. Used where the directory itself has no entry for it, so that there is always a number to ring.
REGION_SWITCHBOARD_NAME = "Region Västerbottens växel"
REGION_SWITCHBOARD_NUMBER = "090-785 00 00"


@dataclass(frozen=True, slots=True)
class KnownPrincipal:
    """A principal as the directory file names it. An empty `support_number` means that it is not known."""

    name: str
    short_name: str
    support_name: str
    support_number: str = ""


def _municipality(name: str, short_name: str) -> KnownPrincipal:
    return KnownPrincipal(name, short_name, "Kommunens egen IT-support")


REGION = KnownPrincipal(REGION_NAME, REGION_NAME, "Servicedesk", "59090")

MUNICIPALITIES: tuple[KnownPrincipal, ...] = (
    _municipality("Bjurholms kommun", "Bjurholm"),
    _municipality("Dorotea kommun", "Dorotea"),
    _municipality("Lycksele kommun", "Lycksele"),
    _municipality("Malå kommun", "Malå"),
    _municipality("Nordmalings kommun", "Nordmaling"),
    _municipality("Norsjö kommun", "Norsjö"),
    _municipality("Robertsfors kommun", "Robertsfors"),
    _municipality("Skellefteå kommun", "Skellefteå"),
    _municipality("Sorsele kommun", "Sorsele"),
    _municipality("Storumans kommun", "Storuman"),
    _municipality("Umeå kommun", "Umeå"),
    _municipality("Vilhelmina kommun", "Vilhelmina"),
    _municipality("Vindelns kommun", "Vindeln"),
    _municipality("Vännäs kommun", "Vännäs"),
    _municipality("Åsele kommun", "Åsele"),
)
