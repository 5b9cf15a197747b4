"""When a data key is destroyed the log stands with its types and times, tells nothing of whom, and is still read."""

import uuid
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, DataKey
from contacts.models.data_key import forget_keys, key_to_write_with, name_of
from contacts.models.encrypted import KeyDestroyed
from contacts.rules.parties import Party
from contacts.services.data_keys import destroy_key
from outage import checks
from outage.models import CareChain, CareChainDetails, CareChainEvent, Handover, Outage, PatientLookup
from outage.models.chain_facts import OtherPlace
from outage.queries.chain_log import log_of
from outage.queries.tasks import ticks_of
from outage.rules.informing import CallOutcome
from outage.services.registrations import mark_task
from tests.factories import County, end_for_all, make_chain, make_event, tell
from tests.integration.outage.holding import words

pytestmark = pytest.mark.django_db
NAME, NUMBER = "Örja Hemligsson", "19500101-9809"


@pytest.fixture
def purged(county: County, outage: Outage, client: Client) -> CareChain:
    """A chain with all that a log has, in an outage that is over, whose key is destroyed."""
    chain = make_chain(
        county,
        outage,
        patient_name=NAME,
        identity=NUMBER,
        municipality=None,
        others={Party.MUNICIPALITY: OtherPlace("Hemliga kommun", "", "0910-11 11 11")},
    )
    make_chain(county, outage, patient_name="Annan Hemligsson", protected_identity=True)
    admission = make_event(county.alva, chain)
    tell(county.alva, chain, admission, comment="Hemligsson vill hem", next_step="Ring Hemligsson")
    sip = make_event(
        county.disa,
        chain,
        kind="sip_invitation",
        sender=Party.OUTPATIENT,
        participants=["Dotter Hemligsson"],
        to="participant:Dotter Hemligsson",
        outcome=CallOutcome.REACHED,
        sip_date="2026-12-24",
    )
    assert sip.participants
    outage = end_for_all(county, outage, timezone.now())
    chain.outage = outage
    log = log_of(chain.pk)
    found, _ = ticks_of(chain, log)
    tick = next(one for one in found if one.task.decision.value == "register")
    mark_task(
        by=county.alva,
        chain=chain,
        client_id=uuid.uuid4(),
        task=tick.task.key,
        seen=tick.picture.seen,
        done=True,
    )
    client.force_login(county.alva.user)
    assert press(client, "chain_sheet", chain.pk) == 200
    destroy_key(by=None, name=name_of(county.region.pk, outage.pk))
    return chain


def press(client: Client, name: str, *args: uuid.UUID) -> int:
    """Press a print button."""
    return client.post(reverse(name, args=args), {"client_id": str(uuid.uuid4())}).status_code


def test_every_page_answers_and_none_says_who_it_was(county: County, purged: CareChain, client: Client):
    client.force_login(county.alva.user)
    call = Handover.objects.filter(outcome="reached").first()
    event = CareChainEvent.objects.first()
    assert call
    assert event
    for name, args in (
        ("status", []),
        ("chains", []),
        ("log_call", []),
        ("calls_to_make", []),
        ("back_registration", []),
        ("chain", [purged.pk]),
        ("edit_chain", [purged.pk]),
        ("chain_call", [purged.pk]),
        ("correct_call", [call.pk]),
        ("correct_event", [event.pk]),
        ("move_call", [call.pk]),
        ("join_chain", [purged.pk]),
    ):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code in (200, 302), name
        assert "emligsson" not in answer.content.decode(), name
    for typed in ("Hemligsson", NUMBER, "9809"):
        answer = client.post(reverse("chains"), {"sok": typed})
        assert (answer.status_code, "Vårdkedja 1" in words(answer)) == (200, False), typed
    for name, args in (("chain", [purged.pk]), ("chains", []), ("back_registration", [])):
        assert "gallrad" in words(client.get(reverse(name, args=args))).casefold(), name
    assert press(client, "log_sheet_pdf") == 200


def test_no_form_about_it_is_offered_and_nothing_of_it_is_printed(
    county: County, purged: CareChain, client: Client
):
    client.force_login(county.alva.user)
    call, event = Handover.objects.first(), CareChainEvent.objects.first()
    assert call
    assert event
    for name, args in (
        ("edit_chain", [purged.pk]),
        ("chain_call", [purged.pk]),
        ("correct_call", [call.pk]),
        ("withdraw_call", [call.pk]),
        ("move_call", [call.pk]),
        ("correct_event", [event.pk]),
        ("withdraw_event", [event.pk]),
        ("leave_open", [event.pk]),
        ("join_chain", [purged.pk]),
        ("hand_over_shift", []),
    ):
        answer = client.get(reverse(name, args=args), follow=True)
        assert answer.redirect_chain, name
        assert "Uppgifterna är gallrade. Skriv i stället en sen uppgift" in answer.content.decode(), name
    assert "Lämna över" not in words(client.get(reverse("shift")))
    for name in ("chain_sheet", "chain_sip", "chain_sip_patient", "chain_sip_invitation"):
        answer = client.post(reverse(name, args=[purged.pk]), {"client_id": str(uuid.uuid4())}, follow=True)
        assert "Uppgifterna är gallrade" in answer.content.decode(), name


def test_types_and_times_stand_and_a_tick_holds(county: County, purged: CareChain):
    call = Handover.objects.filter(outcome="reached").order_by("order").first()
    assert call is not None
    assert (call.comment, call.spoken_to, call.recipient) == ("", "", "municipality")
    assert (call.outcome, call.unit) == ("reached", county.ward)
    assert {event.kind for event in CareChainEvent.objects.all()} == {"admission", "sip_invitation"}
    assert [row.recipient for row in Handover.objects.all() if row.recipient.startswith("participant")] == [
        "participant:gallrad"
    ]
    details = CareChainDetails.objects.get(chain=purged)
    assert details.is_purged
    assert details.place_names[Party.MUNICIPALITY] == "gallrad plats"
    found, _ = ticks_of(purged, log_of(purged.pk))
    assert "done" in {one.state.value for one in found}


def test_nothing_more_is_written_and_no_hash_is_left(county: County, purged: CareChain, client: Client):
    with pytest.raises(KeyDestroyed):
        make_event(county.alva, purged)
    assert not PatientLookup.objects.exists()
    name = purged.key_name
    before = AuditEntry.objects.count()
    key = destroy_key(by=None, name=name)
    assert (bytes(key.wrapped), AuditEntry.objects.count()) == (b"", before)
    row = AuditEntry.objects.get(action="data_key.destroyed")
    assert (row.principal, row.target_id) == (county.region, str(key.pk))


def test_keys_are_wrapped_anew_once_and_what_they_lock_is_read_as_before(
    county: County, chain: CareChain, settings
):
    destroy_key(by=None, name=DataKey.objects.get(pk=key_to_write_with(name_of(7)).id).name)
    (old,), new = settings.DATA_KEYS, Fernet.generate_key().decode()

    def rotate() -> str:
        said = StringIO()
        call_command("rotate_keys", stdout=said)
        forget_keys()
        return said.getvalue()

    settings.DATA_KEYS = [new, old]
    stored = DataKey.objects.exclude(wrapped=b"").count()
    assert rotate().startswith(f"{stored} datanycklar är låsta på nytt")
    said = rotate()
    assert said.startswith("Alla datanycklar var redan låsta")
    assert "Spara dem lika länge som säkerhetskopior från före i dag: de öppnas bara med dem." in said
    settings.DATA_KEYS = [new]
    assert CareChainDetails.objects.get().patient_name == chain.details.patient_name
    assert checks.check_data_keys(None, databases=["default"]) == []


def test_a_server_whose_keys_open_nothing_says_so_before_it_starts(
    county: County, chain: CareChain, settings, capsys
):
    stored = DataKey.objects.count()
    settings.DATA_KEYS = [Fernet.generate_key().decode()]
    (found,) = checks.check_data_keys(None, databases=["default"])
    assert found.msg == (
        f"DATA_KEYS öppnar inte {stored} av {stored} datanycklar: det som de låser går inte att läsa."
    )
    with pytest.raises(SystemExit) as stopped:
        call_command("rotate_keys")
    assert stopped.value.code == 2
    assert "Sätt tillbaka den nyckel som användes." in capsys.readouterr().err
