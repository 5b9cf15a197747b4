"""Words of ward lists: headings, titles, and what stands beside a patient's name and is none."""

# What a column of names holds.
WHOLE, FIRST, LAST = "whole", "first", "last"

# By heading, as a search key.
NAME_COLUMNS: dict[str, str] = {
    "namn": WHOLE,
    "patient": WHOLE,
    "patientnamn": WHOLE,
    "patientens namn": WHOLE,
    "fornamn": FIRST,
    "tilltalsnamn": FIRST,
    "efternamn": LAST,
}

TITLES = frozenset({"herr", "hr", "fru", "fr", "fröken", "frk", "dr", "doktor", "prof", "professor"})

_PARTICLES = """
    af al av ben bin bint da de dei del della den der di do dos du el ibn la le lo mac of och ter van vom von zu zur
"""
PARTICLES = frozenset(_PARTICLES.split())

# What is written before a number to say which number it is.
NUMBER_WORDS = frozenset(
    {"nr", "nummer", "personnr", "personnummer", "pnr", "reservnummer", "samordningsnummer"}
)

# None of them is a name that people have, as Jan, Maj, Pat and Tia are.
_NO_NAMES = """
    ansvarig avd avdelning avdelningen bädd isolering klinik kliniken mottagning pal plats rond rum rumsnr
    sjukhus säng sängplats team vårdplats vårdtid ålder år årig mån månader dagar dygn
    adress anhörig diagnos datum enhet föd född födelsedatum huvudman hälsocentral hälsocentralen ink inkom inlagd ins
    inskr inskriven inskrivning kommun kommunen kön lista läkare mobil namn patient patienter
    patientlista postadress status tel telefon telnr
    tfn utskr utskriven utskrivning utskrivningsklar preliminärt prel klar åter
    man kvinna pojke flicka ja nej okänd okänt ej saknas sip hem hemgång hemsjukvård hemtjänst korttids korttidsboende
    måndag tisdag onsdag torsdag fredag lördag söndag mån tis ons tors fre lör sön idag imorgon igår
    januari februari augusti september oktober november december
    höger vänster akut akuten kirurgi kirurgen medicin ortopedi ortopeden neurologi geriatrik geriatriken psykiatri
    psykiatrin stroke strokeenheten urologi hjärt hjärta höft knä buk njure
    amputation anemi angina aneurysm appendicit artros astma cancer commotio cystit demens depression diabetes dialys
    diarré embolus epilepsi erysipelas feber flimmer förmaksflimmer fraktur gastroenterit hjärtinfarkt hjärtsvikt
    hjärnblödning hjärninfarkt höftfraktur hypertoni ileus infarkt infektion influensa intox kol kolit konfusion
    kräkning lunginflammation lungemboli mrsa njursvikt njursten obs operation op opererad pankreatit parkinson
    pneumoni postop psykos pyelonefrit rehab sepsis smärta sår trauma tumör uvi ulcus yrsel blödning svimning
    covid esbl vre dm kad pvk hlr nus
"""
# By which a journal system says that the patient's personal data are protected.
_PROTECTED = """
    skyddad skyddade skyddat sekretess sekretessmarkerad sekretessmarkering sekretesskyddad kvarskriven kvarskrivning
"""
PROTECTED = frozenset(_PROTECTED.split())

NO_NAMES = (
    frozenset(_NO_NAMES.split())
    | PROTECTED
    | NUMBER_WORDS
    | {"personuppgift", "personuppgifter", "identitet", "folkbokföring"}
)
