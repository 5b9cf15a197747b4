"""What stands in the audit log, in the words of the person who reviews it. Never who the patient is."""

from collections.abc import Mapping

from .branches import MunicipalKind
from .labelled import Labelled
from .permissions import Right, Role
from .second_factor import SecondFactor

# What the looks are called that the middleware notes.
LISTED = "patients.listed"
FOUND = "patients.found"
READ = "chain.read"
PRINTED = "patients.printed"
TAKEN_OUT = "patients.taken_out"
HELD_SHOWN = "held_form.shown"
PICTURE = "scan.viewed"
ELSEWHERE = "chain.found_elsewhere"
# Of no chain: what came after its outage was purged.
LATE_READ = "late.read"

LOOKS: frozenset[str] = frozenset({LISTED, FOUND, READ, PRINTED, TAKEN_OUT, HELD_SHOWN, PICTURE, ELSEWHERE})

TRACE_WORDS: Mapping[str, str] = {
    # To look at at once: see MARKED.
    "emergency_opened": "Nödöppnade en vårdkedja",
    "protected_opened": "Öppnade skyddade uppgifter",
    "emergency_login": "Loggade in med nödkod",
    "administrator.appointed": "Utsåg den första administratören",
    "backup.restored": "Återställde en säkerhetskopia",
    "membership.added": "Gav ett uppdrag",
    "membership.changed": "Ändrade ett uppdrag",
    "membership.ended": "Avslutade ett uppdrag",
    "membership.restored": "Återupptog ett uppdrag",
    # People and log-in.
    "user.added": "Lade till en person",
    "user.changed": "Ändrade en person",
    "user.ended": "Avslutade en person",
    "user.restored": "Återupptog en person",
    "user.password_set": "Satte ett lösenord",
    "user.columns_chosen": "Valde kolumner i kontaktsökningen",
    "user.reminders_chosen": "Valde om påminnelser visas utanför webbläsaren",
    "emergency_codes.printed": "Skrev ut nödkoder för en enhet",
    "code.issued": "Skrev ut en engångskod",
    "code.used": "Använde en engångskod",
    "second_factor.added": "Lade till ett andra steg",
    "second_factor.removed": "Tog bort sitt andra steg",
    "second_factor.reset": "Tog bort någons andra steg",
    "login.in": "Loggade in",
    "login.unlocked": "Låste upp inloggningen",
    "login.locked": "Låste inloggningen",
    "login.out": "Loggade ut",
    "login.ended": "Avslutade sina andra inloggningar",
    "login.lapsed": "Inloggningen gick ut",
    "login.failed": "Misslyckades med att logga in",
    "login.locked_out": "Nekades: för många försök att logga in",
    "second_factor.failed": "Misslyckades med andra steget",
    "assignment.chosen": "Valde uppdrag",
    "access.denied": "Nekades",
    "login.too_weak": "Nekades: legitimerade sig på ett sätt som inte räcker",
    "login.unknown_person": "Nekades: HSA-id:t är inte upplagt",
    "login.unknown_assignment": "Nekades: uppdraget är inte upplagt",
    "people.imported": "Läste in en personallista",
    "people.exported": "Hämtade en personallista",
    # Looks at patients.
    LISTED: "Såg en lista med patienter",
    FOUND: "Sökte fram patienter",
    PRINTED: "Fick patienter på en utskrift",
    TAKEN_OUT: "Hämtade patienter som fil",
    HELD_SHOWN: "Såg ett sparat formulär",
    # Care chains.
    "chain.read": "Läste en vårdkedja",
    "chain.found_elsewhere": "Fick veta att en annan enhet har patienten",
    "chain.opened": "Lade till en vårdkedja",
    "chain.opened_beside": "Lade till en vårdkedja trots att patienten hade en",
    "chain.changed": "Ändrade uppgifter i en vårdkedja",
    "chain.joined": "Sammanförde två vårdkedjor",
    "chain.join_undone": "Upplöste en sammanföring av vårdkedjor",
    "call.logged": "Loggade ett samtal",
    "call.tried": "Loggade ett ringförsök",
    "call.corrected": "Rättade ett samtal",
    "call.withdrawn": "Återtog ett samtal",
    "call.moved": "Flyttade ett samtal till en annan vårdkedja",
    "call.confirmed": "Bekräftade ett samtal med kvittenskod",
    "event.corrected": "Rättade en händelse",
    "event.withdrawn": "Återtog en händelse",
    "event.stands_again": "Ångrade återtaget av en händelse",
    "discharge.completed": "Avslutade en utskrivning",
    "discharge.left_open": "Lämnade en utskrivning med en öppen punkt",
    "registration.done": "Markerade en efterregistrering som klar",
    "registration.undone": "Tog bort markeringen av en efterregistrering",
    "registration.turn": "Antecknade vem som gör en efterregistrering",
    "messages.acknowledged": "Antecknade att meddelandena är kvitterade",
    "messages.not_acknowledged": "Antecknade att meddelandena inte är kvitterade ändå",
    "held_form.kept": "Formuläret lades undan",
    "clash.kept": "Samma formulär kom med två innehåll: båda sparades",
    "held_form.taken_up": "Fortsatte på ett sparat formulär",
    "held_form.thrown_away": "Kastade ett sparat formulär",
    "held_form.outdated": "Sparade formulär blev för gamla och togs bort",
    "scan.left_over": "Bilder av avbrutna skanningar togs bort",
    # The outage.
    "outage.first": "Anmälde ett driftstopp",
    "outage.joined": "Anmälde samma driftstopp",
    "outage.changed": "Ändrade uppgifter om driftstoppet",
    "outage.ended": "Avslutade driftstoppet för huvudmannen",
    "outage.reopened": "Öppnade driftstoppet igen för huvudmannen",
    "outage.left_open": "Lämnade något öppet när driftstoppet skulle stängas",
    "outage.closed": "Stängde driftstoppet för huvudmannen",
    "drill.first": "Startade en övning",
    "drill.interrupted": "Anmälde ett driftstopp, och avbröt övningen",
    "drill.changed": "Ändrade uppgifter om övningen",
    "drill.ended": "Avslutade övningen för huvudmannen",
    "drill.left_open": "Lämnade något öppet när övningen skulle stängas",
    "drill.closed": "Stängde övningen för huvudmannen",
    "drill.tasks_taken_out": "Gjorde en fil av vad som ska registreras i en övning",
    "drill.log_taken_out": "Gjorde en fil av loggen från en övning",
    "report.made": "Gjorde rapporten om ett driftstopp",
    "report.printed": "Skrev ut rapporten om ett driftstopp",
    "report.lesson": "Skrev en lärdom av ett driftstopp",
    "outage.tasks_taken_out": "Gjorde en fil av vad som ska registreras",
    "outage.log_taken_out": "Gjorde en fil av loggen från ett driftstopp",
    "support.rung": "Antecknade att supporten är uppringd",
    "checklist.ticked": "Bockade av i en checklista",
    "checklist.unticked": "Tog bort en bock i en checklista",
    "shift.handed_over": "Lämnade över till nästa pass",
    "shift.taken_over": "Tog över från förra passet",
    # Paper.
    "sheet.printed": "Skrev ut ett blad",
    "sheet.filled": "Antecknade att ett blad är ifyllt",
    "sheet.scanned": "Skannade ett blad",
    "sheet.checked": "Granskade ett skannat blad",
    "sheet.destroyed": "Antecknade att ett blad är förstört",
    "sheet.kept": "Antecknade att ett blad är sparat",
    "sheet.given": "Antecknade att ett blad är överlämnat",
    "sheet.voided": "Makulerade ett blad",
    "sheet.entered": "Förde in ett samtal från ett blad",
    "sheet.entry_moved": "Flyttade ett infört samtal till ett annat blad",
    "sheet.all_entered": "Antecknade att allt på ett blad är infört",
    "batch.issued": "Skrev ut ett parti tomma blad",
    "batch.voided": "Makulerade tomma blad",
    "file.exported": "Hämtade en utskrift som fil",
    "file.verified": "Kontrollerade en fil",
    "scan.uploaded": "Läste in en skanning",
    "scan.viewed": "Såg en skannad sida",
    "scan.matched": "Kopplade en skannad sida till ett blad",
    "scan.back": "Kopplade en baksida till ett blad",
    "scan.aside": "Lade undan en skannad sida",
    "scan.undone": "Tog tillbaka vad som sagts om en skannad sida",
    "work.asked": "Begärde ett långt arbete",
    "work.cancelled": "Avbröt ett långt arbete",
    "work.fetched": "Hämtade en färdig fil",
    "disposal.decided": "Förde in ett gallringsbeslut",
    "purge.proposed": "Föreslog en gallring",
    "purge.confirmed": "Bekräftade en gallring",
    "purge.withdrawn": "Tog tillbaka en gallring",
    "purge.refused": "Gallringen blev inte gjord: något hade ändrats",
    "purge.done": "Gallrade ett driftstopp",
    "purge.repeated": "Gjorde om gallringar efter en återställning",
    "late.kept": "Sparade en sen uppgift",
    LATE_READ: "Läste en sen uppgift",
    "late.decided": "Avgjorde en sen uppgift",
    # The directory.
    "directoryentry.added": "Lade till en kontakt",
    "directoryentry.changed": "Ändrade en kontakt",
    "directoryentry.verified": "Kontrollerade en kontakt",
    "directoryentry.retired": "Avförde en kontakt",
    "directoryentry.restored": "Tog tillbaka en kontakt",
    "directoryentry.joined": "Sammanförde en kontakt med en annan",
    "directoryentry.joined_away": "Sammanförde en kontakt in i en annan",
    "directoryentry.parted": "Upplöste en sammanföring av kontakter",
    "number.flagged": "Anmälde att ett nummer inte fungerar",
    "number.unflagged": "Återtog en anmälan om ett nummer",
    "turn.added": "Lade till ett jourpass",
    "turn.changed": "Ändrade ett jourpass",
    "turn.withdrawn": "Tog bort ett jourpass",
    "turn.moved": "Flyttade ett jourpass till en annan enhet",
    "rota.imported": "Läste in ett jourschema",
    "rota.exported": "Hämtade ett jourschema",
    "directory.uploaded": "Läste upp en fil med kontakter för granskning",
    "directory.import": "Läste in en fil med kontakter",
    "directory.import_undone": "Ångrade en inläsning av kontakter",
    "directory.exported": "Hämtade kontakterna som fil",
    "unit.added": "Lade till en enhet",
    "unit.changed": "Ändrade en enhet",
    "unit.joined": "Sammanförde en enhet med en annan",
    "unit.joined_away": "Sammanförde en enhet in i en annan",
    "unit.parted": "Upplöste en sammanföring av enheter",
    "principal.added": "Lade till en huvudman",
    "principal.changed": "Ändrade en huvudman",
    "principal.main_switchboard": "Valde huvudväxel",
    "backup.made": "Gjorde en säkerhetskopia",
    "data_key.destroyed": "Förstörde en datanyckel: det som den låste är gallrat",
    "data_key.wrapped": "Låste datanycklarna med en ny nyckel",
    "demo.made": "Lade upp demon",
    # The review itself.
    "log.patient_sought": "Sökte i loggen efter en patient",
    "log.extract_printed": "Skrev ut en patients loggutdrag",
    "log.report_printed": "Skrev ut en rapport från loggkontrollen",
    "log.sample_drawn": "Drog ett stickprov ur loggen",
    "log.noted": "Antecknade vid loggkontroll",
}

# A list of staff that was brought in must not push these out of sight.
EMERGENCIES: frozenset[str] = frozenset({"emergency_opened", "emergency_login"})

MARKED: frozenset[str] = EMERGENCIES | frozenset(
    {
        "protected_opened",
        "administrator.appointed",
        "backup.restored",
        "membership.added",
        "membership.changed",
        "membership.ended",
        "membership.restored",
        "second_factor.reset",
    }
)
"""What a reviewer looks at at once, whoever did it; beside it all that a superuser did, and `MARKED_CHANGES`."""

MARKED_CHANGES: Mapping[str, tuple[str, ...]] = {
    "membership.changed": ("active",),
    "unit.changed": ("active", "municipal_kind"),
    "user.changed": ("hsa_id", "username", "is_active", "is_superuser", "is_staff"),
    "principal.changed": ("second_factor",),
}
"""The changes that decide who gets in and who sees what, by the action they are a part of."""

REASONS: Mapping[str, str] = {
    "rings": "ringde om patienten",
    "is_rung": "tog emot ett samtal om patienten",
    "keeps": "fyllde i, rättade eller skrev ut",
    "enters": "registrerade efter driftstoppet",
    "is_here": "patienten var hos enheten eller på väg dit",
    "not_reached": "den andra enheten gick inte att nå",
    "other": "annat skäl",
    "provider_down": "inloggningstjänsten var nere",
    "second_step_away": "telefonen, kortet eller nyckeln var borta",
}
"""The closed list of reasons that a row can carry. What else stands there may be a person's own words: not shown."""


SECOND_STEPS: frozenset[str] = frozenset({"passnyckel", "kodapp", "reservkoder"})

NOT_WRITTEN: frozenset[str] = LOOKS | frozenset(
    {"protected_opened", LATE_READ, "access.denied", "assignment.chosen", "second_factor.failed"}
    | {action for action in TRACE_WORDS if action.startswith(("login.", "log."))}
)
"""What changes nothing that a page shows."""

WHY_DENIED: Mapping[str, str] = {right.value: f"får inte {right.label}" for right in Right} | {
    "forbidden": "sidan är inte öppen för rollen",
    "not_yours": "det hör till någon annan",
    "ended": "uppdraget är avslutat",
    "csrf": "formuläret var för gammalt eller kom någon annanstans ifrån",
    "form_of_other": "formuläret hör till någon annan eller till ett annat uppdrag",
}
WHY_LOG_IN: Mapping[str, str] = {
    "pressed": "för hand",
    "changing": "byter användare",
    "idle": "ingen använde den",
    "longest": "den längsta tiden är slut",
    "replaced": "någon annan loggade in",
    "assignment": "uppdraget är avslutat",
    "emergency_over": "nödinloggningens tid är slut",
    "password": "fel lösenord",
    "code": "fel kod",
    "emergency_code": "fel nödkod",
    "address": "för många från en adress",
    "name": "för många på ett namn",
    "second_step": "för många i andra steget",
    "passkey": "passnyckeln gick inte",
}


def trace_words(action: str) -> str:
    """An action without words of its own is shown as it stands, rather than not at all."""
    return TRACE_WORDS.get(action, action)


def reason_words(changes: Mapping[str, object]) -> str:
    reason = changes.get("reason")
    return REASONS.get(reason, "") if isinstance(reason, str) else ""


def why_words(changes: Mapping[str, object]) -> str:
    """Why a try was refused or a log-in ended, and for how many tries the row stands."""
    why, times = changes.get("why"), changes.get("times")
    said = {**WHY_DENIED, **WHY_LOG_IN}.get(why, "") if isinstance(why, str) else ""
    return ", ".join(filter(None, (said, f"{times} gånger" if isinstance(times, int) else "")))


def kind_words(changes: Mapping[str, object]) -> str:
    """Which second step was added or removed, from a closed list."""
    kind = changes.get("kind")
    return kind if isinstance(kind, str) and kind in SECOND_STEPS else ""


def is_marked(action: str, changes: Mapping[str, object]) -> bool:
    """Whether a reviewer looks at it at once, whoever did it."""
    return action in MARKED or any(field in changes for field in MARKED_CHANGES.get(action, ()))


def right_words(changes: Mapping[str, object], action: str = "") -> str:
    """What a row says of what somebody may do: the role, and of an `action` that is a change what decides who gets in
    and who sees what, from and to. Else "".
    """
    found = []
    if (role := _pair(changes.get("role"))) is not None:
        was, now = (_label(Role, value).lower() for value in role)
        found.append(f"från {was} till {now}" if was and now else now or was)
    for name in MARKED_CHANGES.get(action, ("is_superuser", "is_staff")):
        if (pair := _pair(changes.get(name))) is None:
            continue
        if name in _FROM_TO:
            word, labels, none = _FROM_TO[name]
            was, now = ((_label(labels, value) if labels else value) or none for value in pair)
            found.append(f"{word} från {was} till {now}")
        else:
            word = "gäller" if action == "membership.changed" else _YES_OR_NO[name]
            found.append(f"{word}: {'ja' if pair[1] == 'True' else 'nej'}")
    return ", ".join(filter(None, found))


_YES_OR_NO = {
    "active": "i bruk",
    "is_active": "kan logga in",
    "is_superuser": "superanvändare",
    "is_staff": "administrationssidorna",
}
_FROM_TO: Mapping[str, tuple[str, type[Labelled] | None, str]] = {
    "municipal_kind": ("kommunal enhet", MunicipalKind, "Annan"),
    "hsa_id": ("HSA-id", None, "inget"),
    "username": ("användarnamn", None, "inget"),
    "second_factor": ("två steg", SecondFactor, "inget"),
}


def _pair(value: object) -> list[str] | None:
    return [str(each) for each in value] if isinstance(value, list) and len(value) == 2 else None


def _label(of: type[Labelled], value: str) -> str:
    return next((each.label for each in of if each == value), "")
