"""The municipalities' own chains: what was received from the wards, and what they owe in return (R3.6, R3.7)."""

from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome

from .pen import CLINIC, WARD, Patient, Pen, Stage, invented_number
from .places import SKELLEFTEA, UMEA
from .region import RAGNVALD, SIGBRITT, UNKNOWN_MAN

_IN, _OUT, _UNKNOWN = Before.ADMITTED, Before.NOT_ADMITTED, Before.UNKNOWN


def write_municipalities(stage: Stage) -> None:
    """The six chains of Skellefteå and the four of Umeå, inside the caller's transaction."""
    _skelleftea(stage)
    _umea(stage)


def _skelleftea(stage: Stage) -> None:
    def case(patient: Patient, before: Before, by: str = "stina", ward: str = "ortopedi") -> Pen:
        return stage.open(by, patient, ward=ward, home=SKELLEFTEA, clinic="heimdall", before=before)

    tolvan = case(Patient("Tolvan Tolvansson", "19121212-1212"), _IN, ward="medicin")
    tolvan.receive(14, WARD, "ready_for_discharge")
    ready = tolvan.give(37, WARD, "municipality_ready", comment="Hemtjänst startar i kväll.")
    tolvan.give(42, CLINIC, ready, CallOutcome.NO_ANSWER)

    unanswered = case(UNKNOWN_MAN, _OUT)
    unanswered.receive(98, WARD, "admission")

    answered = case(RAGNVALD, _IN)
    answered.receive(18, WARD, "discharge")
    answered.receive(121, WARD, "admission")
    answered.tell(140, "admission_reply", WARD, CLINIC, current_services="Hemtjänst fyra gånger om dagen")

    corrected = case(Patient("Ture Mallberg", invented_number("19530706", 992)), _OUT)
    corrected.receive(20, WARD, "admission")
    reply = corrected.tell(46, "admission_reply", WARD, CLINIC, current_services="Inga insatser")
    right = corrected.correct(
        reply,
        "Läste i fel ärende.",
        told_rightly=False,
        current_services="Trygghetslarm, hemtjänst på kvällen",
    )
    corrected.give(None, CLINIC, right, CallOutcome.RELAYED)

    in_and_out = case(SIGBRITT, _OUT)
    in_and_out.receive(12, WARD, "admission")
    in_and_out.tell(33, "admission_reply", WARD, CLINIC, current_services="Matlåda, trygghetslarm")
    in_and_out.receive(137, WARD, "discharge")

    wife = "Britta Exempelås, maka, 070-174 06 10"
    nursing = case(Patient("Preben Exempelås", invented_number("19370312", 984)), _IN, by="saga")
    nursing.receive(
        68, CLINIC, "sip_invitation", sip_date=stage.day(2), sip_time="09.15", participants=[wife]
    )
    coming = nursing.give(103, WARD, "municipality_ready", CallOutcome.BUSY)
    nursing.give(108, CLINIC, coming)


def _umea(stage: Stage) -> None:
    def case(patient: Patient, before: Before, ward: str = "medicin", clinic: str = "ersboda") -> Pen:
        return stage.open("cissi", patient, ward=ward, home=UMEA, clinic=clinic, before=before)

    unanswered = case(Patient("Asta Provberg", invented_number("19380214", 980)), _OUT)
    unanswered.receive(84, WARD, "admission")
    unanswered.bare_try(102, WARD, CallOutcome.NO_ANSWER)

    answered = case(Patient("Egon Övningsson", invented_number("19620117", 983)), _OUT)
    answered.receive(10, WARD, "admission")
    answered.tell(
        31, "admission_reply", WARD, CLINIC, current_services="Trygghetslarm, hemtjänst två gånger om dagen"
    )
    answered.receive(128, WARD, "discharge")

    protected = case(
        Patient("Judit Skuggdal", invented_number("19750719", 988), protected=True), _IN, clinic="teg"
    )
    protected.receive(66, WARD, "preliminary_ready", preliminary_date=stage.day(1))

    psychiatric = case(
        Patient("Klara Låtsbo", invented_number("19880416", 999)),
        _UNKNOWN,
        ward="psykiatri",
        clinic="psykklinik",
    )
    psychiatric.receive(119, WARD, "admission")
    reply = psychiatric.give(
        130, WARD, "admission_reply", CallOutcome.RELAYED, current_services="Boendestöd två gånger i veckan"
    )
    psychiatric.give(134, CLINIC, reply)
