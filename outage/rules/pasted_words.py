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
# What a column by which patients are protected holds where one is not.
NOT_PROTECTED = frozenset({"nej", "n", "no", "ej", "inte", "ingen", "inga", "0", "falskt", "false"})
# And where one is, in a line that does not fit the heading.
IS_PROTECTED = frozenset({"ja", "j", "x", "yes", "y", "sant", "true"})

TITLES = frozenset({"herr", "hr", "fru", "fr", "fröken", "frk"})

# The name after one of them is somebody else's: those who treat the patient, and those who are close to them.
_OTHERS = """
    ansv ansvarig at-läkare doktor doc docent dr läk läkare överläkare underläkare specialistläkare husläkare
    patientansvarig pal prof professor st-läkare öl ul ssk sjuksköterska sköterska sjsk usk undersköterska
    omvårdnadsansvarig kurator fysioterapeut sjukgymnast arbetsterapeut dietist logoped psykolog handläggare
    biståndshandläggare biståndsbedömare socialsekreterare samordnare koordinator vårdsamordnare remittent
    remitterande chef kontakt kontaktperson kontaktssk kontaktsjuksköterska fast närstående anhörig anhöriga anh ombud
    förvaltare gode vårdnadshavare förälder föräldrar mor mamma moder far pappa fader son sonen dotter dottern bror
    brodern syster systern syskon barn barnbarn make maken maka makan hustru hustrun sambo särbo partner granne vän
    väninna till med hos c/o
"""
OTHERS = frozenset(_OTHERS.split())

# What stands in the place of the first name of a child who has none yet; before another's name they are a relative.
_NEWBORNS = "barn bebis dotter flicka gosse nyfödd nyfött pojke son trilling tvilling"
NEWBORNS = frozenset(_NEWBORNS.split())

_PARTICLES = """
    af al av ben bin bint da de dei del della den der di do dos du el ibn la le lo mac of och ter van vom von zu zur
"""
PARTICLES = frozenset(_PARTICLES.split())

# What is written before a number to say which number it is.
NUMBER_WORDS = frozenset(
    {"nr", "nummer", "personnr", "personnummer", "pnr", "reservnummer", "samordningsnummer"}
)

# What is written before a telephone number.
_PHONE_WORDS = """
    tel teln telnr telefon telefonnr telefonnummer telefonnumret tfn tlf tele hemtel mobil mobilen mobilnr mobiltel
    mobiltelefon mobilnummer mob mbl växel växeln vx ring ringes nås jour journr jourtelefon fax sökare ankn anknytning
    dect direktnr direktnummer direkttel snabbnr kontaktnr kontaktnummer
"""
PHONE_WORDS = frozenset(_PHONE_WORDS.split())

# None of them is also a name, as Jan, Maj, Pat and Tia are.
_NO_NAMES = """
    ansvarig avd avdelning avdelningen bädd isolering klinik kliniken mottagning pal plats rond rum rumsnr
    sal sjukhus säng sängplats team vårdplats vårdtid ålder år årig mån månader dagar dygn
    adress anhörig diagnos datum enhet föd född födelsedatum huvudman hälsocentral hälsocentralen ink inkom inlagd ins
    inskr inskriven inskrivning kommun kommunen kön lista läkare mobil namn patient patienter
    patientlista postadress status tel telefon telnr
    tfn utskr utskriven utskrivning utskrivningsklar preliminärt prel klar åter
    säbo boende äldreboende korttidsplats nyfödd tvilling
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
# Words of the lists above that people are called, too.
_ALSO_NAMES = """
    pal man hem rum plats team son mor far kol knä höft buk sår sal obs op ink ins sip mån tis ons
    fre lör sön fredag lördag söndag måndag tisdag onsdag torsdag januari februari augusti september oktober november
    december lista klar åter prel parkinson född akut ja nej år höger rond status kön feber stroke
"""
ALSO_NAMES = frozenset(_ALSO_NAMES.split())

# By which a journal system says that the patient's personal data are protected; SM only in capitals.
_PROTECTED = """
    skydd skydds skyddad skyddade skyddas skyddat skyddsid skyddsidentitet skyddskod skyddspersonuppgifter skyddsuppgift
    skyddsuppgifter idskydd identitetsskydd personskydd personuppgiftsskydd prot spu SM
    sekr sekretess sekretessbelagd sekretessbelagt sekretesskydd sekretesskyddad sekretesskyddat sekrmark sekrmarkering
    sekretesspatient kvarskr kvarskriven kvarskrivna kvarskrivet kvarskrivning fingerad fingerade fingerat
    hemlig dold 🔒 🔏 🔐 🛡
"""
_MARKS = "mark markerad markerade markerat markering märkt märkning"
PROTECTED = frozenset(_PROTECTED.split()) | {
    f"{what}{mark}" for what in ("skydds", "sekretess", "spärr") for mark in _MARKS.split()
}
# What may stand between such a word and the "Nej" that is about it.
_OF_PROTECTED = "personuppgift personuppgifter identitet id folkbokföring adress mark markering pu"
OF_PROTECTED = frozenset(_OF_PROTECTED.split())

# What stands in the place of a name that nobody knows or may see.
NOT_GIVEN = PROTECTED | {"okänd", "okänt", "saknas", "anonym"}

NO_NAMES = (
    frozenset(_NO_NAMES.split())
    | PROTECTED
    | NUMBER_WORDS
    | PHONE_WORDS
    | OTHERS - PARTICLES
    | OF_PROTECTED - {"mark"}
    | {"anonym"}
)
