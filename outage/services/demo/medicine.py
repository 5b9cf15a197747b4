"""The ten chains of the demo's first nurse, on Medicinavdelning 2: five calls to make, a discharge first."""

from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome

from .pen import CLINIC, HOME, WARD, Patient, Pen, Stage, invented_number
from .places import NORDMALING, SKELLEFTEA, UMEA

_NURSE = "alva"
_IN, _OUT = Before.ADMITTED, Before.NOT_ADMITTED


def write_medicine(stage: Stage) -> None:
    """Inside the caller's transaction."""
    _discharge_nobody_answers(stage)
    _admission_relayed(stage)
    _call_about_the_wrong_patient(stage)
    _retraction_owed(stage)
    _in_and_out_and_done(stage)
    _admission_corrected(stage)
    _discharge_left_open(stage)
    _in_out_and_in_again(stage)
    _sip_for_a_patient_who_is_not_in_the_system(stage)
    _protected(stage)


def _open(stage: Stage, patient: Patient, before: Before, home: str = UMEA, clinic: str = "ersboda") -> Pen:
    return stage.open(_NURSE, patient, ward="medicin", home=home, clinic=clinic, before=before)


def _discharge_nobody_answers(stage: Stage) -> None:
    pen = _open(stage, Patient("Tolvan Tolvansson", "19121212-1212"), _IN, SKELLEFTEA, "heimdall")
    pen.tell(14, "ready_for_discharge", HOME, CLINIC)
    pen.receive(37, HOME, "municipality_ready", comment="Hemtjänst startar i kväll.")
    pen.tell(61, "discharge_report", HOME, CLINIC)
    discharge = pen.give(82, HOME, "discharge", CallOutcome.NO_ANSWER, happened=79)
    pen.give(93, HOME, discharge, CallOutcome.BUSY)


def _admission_relayed(stage: Stage) -> None:
    pen = _open(stage, Patient("Asta Provberg", invented_number("19380214", 980)), _OUT)
    admission = pen.give(84, HOME, "admission", happened=78)
    pen.give(
        90,
        CLINIC,
        admission,
        CallOutcome.RELAYED,
        comment="Receptionen lämnar lapp till distriktssköterskan.",
    )


def _call_about_the_wrong_patient(stage: Stage) -> None:
    pen = _open(stage, Patient("Birger Testlund", invented_number("19450809", 981)), _IN)
    preliminary = pen.give(35, HOME, "preliminary_ready", preliminary_date=stage.day(2))
    pen.give(41, CLINIC, preliminary)
    pen.take_back_call("Samtalet gällde en annan patient.")
    pen.give(52, CLINIC, preliminary)
    pen.tell(110, "ready_for_discharge", HOME, CLINIC)


def _retraction_owed(stage: Stage) -> None:
    pen = _open(stage, Patient("Doris Exempelin", invented_number("19510530", 982)), _IN)
    pen.tell(7, "preliminary_ready", HOME, CLINIC, preliminary_date=stage.day(1))
    ready = pen.tell(40, "ready_for_discharge", HOME, CLINIC)
    taken_back = pen.take_back(ready, "Patienten fick feber och blir kvar.")
    pen.give(None, CLINIC, taken_back)


def _in_and_out_and_done(stage: Stage) -> None:
    pen = _open(stage, Patient("Egon Övningsson", invented_number("19620117", 983)), _OUT)
    pen.tell(10, "admission", HOME, CLINIC, happened=6)
    pen.receive(31, HOME, "admission_reply", current_services="Trygghetslarm, hemtjänst två gånger om dagen")
    pen.tell(
        47,
        "admission_reply",
        WARD,
        HOME,
        by="bo",
        named_care_contact="Bo Tallmark, Ersboda hälsocentral",
        current_services="Läkemedelsdelning var fjortonde dag",
    )
    discharge = pen.tell(128, "discharge", HOME, CLINIC, happened=125)
    pen.complete(discharge)


def _admission_corrected(stage: Stage) -> None:
    pen = _open(
        stage, Patient("Frida Påhittsson", invented_number("19570923", 984)), _OUT, SKELLEFTEA, "heimdall"
    )
    admission = pen.tell(55, "admission", HOME, CLINIC)
    pen.correct(admission, "Patienten kom till avdelningen tidigare.", told_rightly=True, happened=49)
    pen.receive(88, HOME, "admission_reply", current_services="Inga insatser i dag")
    pen.correct_name("Tuva Lidmyr", "Fel namn på den jag talade med.")


def _discharge_left_open(stage: Stage) -> None:
    pen = _open(
        stage, Patient("Gusten Fiktén", invented_number("19490611", 985)), _IN, NORDMALING, "nordmaling"
    )
    discharge = pen.give(147, HOME, "discharge", CallOutcome.NO_ANSWER, happened=143)
    pen.give(151, CLINIC, discharge)
    pen.leave_open(
        discharge,
        HOME,
        "Maja Lindhult, Medicinavdelning 2",
        "Kommunens nummer saknas i katalogen. Söker hemsjukvården via regionens växel.",
    )


def _in_out_and_in_again(stage: Stage) -> None:
    pen = _open(stage, Patient("Helga Modellberg", invented_number("19330427", 986)), _OUT, clinic="teg")
    pen.tell(8, "admission", HOME, CLINIC)
    pen.complete(pen.tell(62, "discharge", HOME, CLINIC))
    pen.tell(139, "admission", HOME, CLINIC, happened=135)


def _sip_for_a_patient_who_is_not_in_the_system(stage: Stage) -> None:
    daughter = "Maj Låtsman, dotter, 070-174 06 05"
    pen = _open(stage, Patient("Ivar Låtsman", invented_number("19410302", 987)), _OUT)
    pen.tell(15, "admission", HOME, CLINIC)
    pen.tell(
        74,
        "sip_initiative",
        HOME,
        daughter,
        by="bo",
        sip_date=stage.day(4),
        sip_time="13.30",
        sip_place="Ersboda hälsocentral",
        participants=[daughter],
    )
    pen.complete(pen.tell(105, "discharge", HOME, CLINIC))


def _protected(stage: Stage) -> None:
    pen = _open(
        stage, Patient("Judit Skuggdal", invented_number("19750719", 988), protected=True), _IN, clinic="teg"
    )
    pen.tell(66, "preliminary_ready", HOME, CLINIC, preliminary_date=stage.day(1))
