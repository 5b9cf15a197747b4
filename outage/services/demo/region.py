"""The other twenty chains of the region: wards at three hospitals, a sjukstuga, hälsocentraler, psychiatry."""

from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome

from .pen import CLINIC, HOME, WARD, Patient, Pen, Stage, invented_number
from .places import LYCKSELE, SKELLEFTEA, STORUMAN, UMEA

_IN, _OUT, _UNKNOWN = Before.ADMITTED, Before.NOT_ADMITTED, Before.UNKNOWN

UNKNOWN_MAN = Patient("Okänd man, omkring 60 år", "")
RAGNVALD = Patient("Ragnvald Provstig", invented_number("19440122", 989))
SIGBRITT = Patient("Sigbritt Testhag", invented_number("19390903", 990))
NO_SUCH_NUMBER = Patient("Konrad Felslag", invented_number("19661201", 991, wrong=True))


def write_region(stage: Stage) -> None:
    """Inside the caller's transaction."""
    for write in (_orthopaedics, _lycksele, _psychiatry, _outpatient, _sjukstuga, _geriatrics):
        write(stage)


def _orthopaedics(stage: Stage) -> None:
    def ward(patient: Patient, before: Before) -> Pen:
        return stage.open("olle", patient, ward="ortopedi", home=SKELLEFTEA, clinic="heimdall", before=before)

    again = ward(RAGNVALD, _IN)
    again.tell(18, "discharge", HOME, CLINIC)
    admission = again.give(121, HOME, "admission", happened=116)
    again.give(126, CLINIC, admission, CallOutcome.QUEUE)

    incomplete = ward(SIGBRITT, _OUT)
    incomplete.tell(12, "admission", HOME, CLINIC)
    discharge = incomplete.give(137, HOME, "discharge")
    incomplete.give(
        142, CLINIC, discharge, CallOutcome.MESSAGE_LEFT, comment="Bad dem ringa upp. Inga patientuppgifter."
    )

    ward(UNKNOWN_MAN, _OUT).give(98, HOME, "admission", happened=83)

    misread = ward(NO_SUCH_NUMBER, _IN)
    misread.tell(44, "discharge_report", HOME, CLINIC)

    moved = ward(Patient("Ture Mallberg", invented_number("19530706", 992)), _OUT)
    moved.tell(20, "admission", HOME, CLINIC)
    moved.tell(91, "admission", HOME, CLINIC, comment="Flyttad från akutvårdsavdelningen.")

    visitor = ward(Patient("Anna Fabelholm", "99TEST000980"), _IN)
    visitor.complete(visitor.tell(77, "discharge", HOME, CLINIC))

    mistaken = ward(Patient("Vera Provström", invented_number("19480811", 993)), _OUT)
    mistaken.tell(58, "admission", HOME, CLINIC)
    mistaken.becomes(ChainStatus.WRONG_PATIENT, "Två patienter har nästan samma namn.")


def _lycksele(stage: Stage) -> None:
    def ward(patient: Patient, before: Before, clinic: str = "lycksele_hc", home: str = LYCKSELE) -> Pen:
        return stage.open("lena", patient, ward="lycksele", home=home, clinic=clinic, before=before)

    unsure = ward(Patient("Torborg Mönsterås", invented_number("19360218", 994)), _UNKNOWN)
    unsure.tell(53, "discharge", HOME, CLINIC)

    son = "Nils Sagolund, son, 070-174 06 06"
    deceased = ward(Patient("Hjalmar Sagolund", invented_number("19290504", 995)), _OUT)
    deceased.tell(9, "admission", HOME, CLINIC)
    deceased.receive(49, CLINIC, "sip_initiative", sip_date=stage.day(3), participants=[son])
    deceased.becomes(ChainStatus.DECEASED, "Avled på avdelningen.")

    never_in = ward(Patient("Edit Dikthem", invented_number("19520925", 996)), _OUT)
    never_in.tell(86, "discharge", HOME, CLINIC)

    twice_in = ward(Patient("Manfred Exempelmo", invented_number("19470129", 997)), _IN)
    twice_in.tell(64, "admission", HOME, CLINIC)

    waiting = ward(Patient("Gudrun Testnäs", invented_number("19401116", 998)), _OUT, "storuman", STORUMAN)
    waiting.tell(70, "admission", HOME, CLINIC)


def _psychiatry(stage: Stage) -> None:
    def ward(patient: Patient, before: Before, by: str = "pia") -> Pen:
        return stage.open(by, patient, ward="psykiatri", home=UMEA, clinic="psykklinik", before=before)

    admitted = ward(Patient("Klara Låtsbo", invented_number("19880416", 999)), _OUT)
    admission = admitted.give(112, CLINIC, "admission", happened=107)
    admitted.give(117, HOME, admission, CallOutcome.QUEUE)

    protected = ward(Patient("Linnéa Dunkelvik", invented_number("19910608", 980), protected=True), _IN)
    ready = protected.give(59, HOME, "ready_for_discharge")
    protected.give(63, CLINIC, ready, CallOutcome.BUSY)

    mother, contact = "Berit Provheden, mor, 070-174 06 07", "Jens Övergård, stödperson, 070-174 06 08"
    friend = "Moa Testvall, vän, 070-174 06 09"
    meeting = ward(Patient("Malte Provheden", invented_number("19970225", 981)), _IN, by="petra")
    call = meeting.tell(
        94,
        "sip_invitation",
        HOME,
        mother,
        sip_date=stage.day(5),
        sip_time="10.00",
        sip_place="Psykiatrisk öppenvård Umeå",
        participants=[mother, contact, friend],
    )
    meeting.give(104, contact, call, CallOutcome.NO_ANSWER)

    abroad = ward(Patient("Nadja Fantasova", invented_number("19830374", 982)), _IN)
    discharge = abroad.give(
        132, HOME, "discharge", CallOutcome.RELAYED, comment="Hemsjukvården för det vidare."
    )
    abroad.give(136, CLINIC, discharge)


def _outpatient(stage: Stage) -> None:
    oskar = Patient("Oskar Påhittlid", invented_number("19430813", 983))
    initiative = stage.open("bo", oskar, ward="geriatrik", home=UMEA, clinic="ersboda", before=_IN)
    initiative.tell(81, "sip_initiative", HOME)

    wife = "Britta Exempelås, maka, 070-174 06 10"
    preben = Patient("Preben Exempelås", invented_number("19370312", 984))
    agreed = stage.open("heli", preben, ward="ortopedi", home=SKELLEFTEA, clinic="heimdall", before=_IN)
    agreed.tell(
        68,
        "sip_invitation",
        HOME,
        wife,
        sip_date=stage.day(2),
        sip_time="09.15",
        sip_place="Heimdalls hälsocentral",
        participants=[wife],
    )


def _sjukstuga(stage: Stage) -> None:
    rakel = Patient("Rakel Modellsele", invented_number("19350527", 985))
    own = stage.open("siv", rakel, ward="storuman", home=STORUMAN, clinic="storuman", before=_OUT)
    own.give(99, HOME, "admission", CallOutcome.CLOSED, sender=WARD, happened=95)


def _geriatrics(stage: Stage) -> None:
    sture = Patient("Sture Testberg", invented_number("19310120", 986))
    pen = stage.open("gun", sture, ward="geriatrik", home=UMEA, clinic="teg", before=_IN)
    pen.complete(pen.tell(16, "discharge", HOME, CLINIC))
    pen.tell(50, "admission", HOME, CLINIC)
    pen.complete(pen.tell(124, "discharge", HOME, CLINIC))
