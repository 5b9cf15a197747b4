"""Words of ward lists: headings, titles, and what stands beside a patient's name and is none."""

from enum import StrEnum


class NameColumn(StrEnum):
    """What a column of names holds."""

    WHOLE = "whole"
    FIRST = "first"
    LAST = "last"


# By heading, as a search key.
NAME_COLUMNS: dict[str, NameColumn] = {
    "namn": NameColumn.WHOLE,
    "patient": NameColumn.WHOLE,
    "patientnamn": NameColumn.WHOLE,
    "patientens namn": NameColumn.WHOLE,
    "fornamn": NameColumn.FIRST,
    "tilltalsnamn": NameColumn.FIRST,
    "efternamn": NameColumn.LAST,
}

TITLES = frozenset({"herr", "hr", "fru", "fr", "fröken", "frk", "dr", "doktor", "prof", "professor"})

PARTICLES = frozenset(
    """
    af al av ben bin bint da de dei del della den der di do dos du el ibn la le lo mac of och ter van vom von zu zur
    """.split()
)

# No names of people among them: "maj", "sal" and "fall" as such are.
NO_NAMES = frozenset(
    """
    ansvarig avd avdelning avdelningen bed bädd fack isolering klinik kliniken mottagning pal plan plats rond rum rumsnr
    sjukhus säng sängplats team vårdplats vårdtid zon ålder år årig mån månader dagar dygn
    adress anhörig diagnos datum enhet föd född födelsedatum huvudman hälsocentral hälsocentralen ink inkom inlagd ins
    inskr inskriven inskrivning kommun kommunen kön land lista läkare mobil namn nummer nr ort pat patient patienter
    patientlista personnr personnummer pnr postadress reservnummer samordningsnummer sida status tel telefon telnr
    tfn utskr utskriven utskrivning utskriven utskrivningsklar preliminärt prel klar åter
    man kvinna pojke flicka ja nej okänd okänt ej saknas sip hem hemgång hemsjukvård hemtjänst korttids korttidsboende
    måndag tisdag onsdag torsdag fredag lördag söndag mån tis ons tors fre lör sön idag imorgon igår
    jan feb mar apr jun jul aug sep sept okt nov dec januari februari augusti september oktober november december
    höger vänster akut akuten kirurgi kirurgen medicin ortopedi ortopeden neurologi geriatrik geriatriken psykiatri
    psykiatrin stroke strokeenheten urologi lung hjärt hjärta höft knä buk njure
    amputation anemi angina aneurysm appendicit artros astma cancer commotio cystit demens depression diabetes dialys
    diarré embolus epilepsi erysipelas feber flimmer förmaksflimmer fraktur gastroenterit hjärtinfarkt hjärtsvikt
    hjärnblödning hjärninfarkt höftfraktur hypertoni ileus infarkt infektion influensa intox kol kolit konfusion kräkning
    lunginflammation lungemboli mrsa njursvikt njursten obs operation op opererad pankreatit parkinson pneumoni postop
    psykos pyelonefrit rehab sepsis smärta sår tia trauma tumör uvi ulcus yrsel blödning svimning
    covid esbl vre dm kad pvk hlr nus
    """.split()
)
