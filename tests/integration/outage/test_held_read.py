"""What is held: read in words where its form cannot be shown, thrown away by two presses, told of when too old."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from contacts.models import AuditEntry, Membership
from contacts.rules.held import how_held
from outage.models import CareChain, HeldForm, Outage
from outage.presenters.held import said_in
from outage.services.held_forms import hold_form
from outage.webforms.calls import CallForm
from outage.webforms.chains import ChainForm
from outage.webforms.held import names_in, typed_form
from tests.architecture.test_urls import EVERY
from tests.factories import County, make_chain
from tests.integration.outage.holding import held_page, log_in, mark_of, words
from tests.integration.outage.pages import Fields, read


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage, patient_name="Tolvan Tolvansson")


def test_what_was_written_in_an_ended_assignment_is_read_in_words(
    county: County, chain: CareChain, client: Client
):
    typed: Fields = {
        "typed_by": [mark_of(county.alva)],
        "recipient": ["municipality"],
        "outcome": ["reached"],
        "messages": ["new:discharge:inpatient"],
        "spoken_to": ["Karin"],
        "at_0": ["10.30"],
        "at_kl": ["10.30"],
        "at_dag": ["2026-11-24"],
        "read_back": ["corrected"],
        "comment": ["hej & <b>"],
    }
    client.post(reverse("chain_call", args=[chain.pk]), typed)
    Membership.objects.filter(pk=county.alva.membership.pk).update(active=False)
    Membership.objects.create(user=county.alva.user, unit=county.other_ward, role="staff", title="Ssk")
    log_in(client, "alva")
    traced = AuditEntry.objects.count()
    page = words(client.get(reverse("held_form", args=[HeldForm.objects.get().pk])))
    for text in (
        "Tolvan Tolvansson",
        "Vem samtalet är med Skellefteå kommun",
        "Hur gick det? Nådd",
        "Samtalets tid 10.30 2026-11-24",
        "Meddelanden Utskrivningsmeddelande",
        "Namn på den du talar med Karin",
        "Kommentar hej & <b>",
    ):
        assert text in page
    assert "new:discharge" not in page
    assert "principal:" not in page
    # Read, not opened: one look.
    assert AuditEntry.objects.count() == traced + 1
    assert AuditEntry.objects.latest("pk").action == "held_form.shown"
    assert HeldForm.objects.count() == 1


def test_where_the_chain_is_out_of_sight_it_is_read_without_codes(
    county: County, chain: CareChain, client: Client
):
    """Bo takes no part in the chain: as when a patient has moved on."""
    typed: Fields = {
        "typed_by": [mark_of(county.bo)],
        "recipient": ["municipality=principal:2"],
        "outcome": ["reached"],
        "messages": ["new:discharge:inpatient", f"event:{chain.pk}"],
        "spoken_to": ["Karin"],
    }
    client.post(reverse("chain_call", args=[chain.pk]), typed)
    Membership.objects.filter(pk=county.bo.membership.pk).update(active=False)
    Membership.objects.create(user=county.bo.user, unit=county.clinic, role="staff", title="Ssk")
    log_in(client, "bo")
    page = words(client.get(reverse("held_form", args=[HeldForm.objects.get().pk])))
    said = (
        "Vem samtalet är med Kommun",
        "Hur gick det? Nådd",
        "Namn på den du talar med Karin",
        "Meddelanden Utskrivningsmeddelande, Något som redan var loggat",
    )
    for text in said:
        assert text in page
    assert "Tolvan" not in page


def declared() -> dict[str, type]:
    """By the name of each view whose form is held and shown again, the class that has its words."""
    found = {}
    for name, path in EVERY:
        view = get_resolver().resolve(path).func
        how = how_held(getattr(view, "held_as", None), {})
        if how is not None and not (how.pressed or how.file):
            found[name] = view.held_in
    return found


def test_every_form_that_is_held_has_words_for_when_it_cannot_be_shown(county: County, outage: Outage):
    # Two hold nothing that was typed; the others have several forms on one page.
    without = {"undo_contact_join", "undo_unit_join", "waiting_page", "sheet_step"}
    assert {name for name, form in declared().items() if form is None} <= without
    for form in filter(None, declared().values()):
        content = {name: ["x", ""] for name in form.base_fields} | {"messages": ["new:discharge:inpatient"]}
        assert "messages" in names_in(typed_form(form, content))
        assert ("Meddelanden", "Utskrivningsmeddelande") in said_in(typed_form(form, content))


def test_the_places_and_particulars_of_a_form_are_named(county: County, outage: Outage):
    said = dict(
        said_in(
            typed_form(
                ChainForm,
                {"ward_unit": [str(county.ward.pk)], "municipality": [str(county.municipality.pk)]},
            )
        )
    )
    assert said == {"Avdelning": "Medicin 2", "Kommun": "Skellefteå kommun"}
    content = {
        "messages": ["new:sip_invitation:inpatient", f"event:{uuid4()}", "notice:identity:1"],
        "recipient": ["participant:Jens Övergård, stödperson"],
        "h-sip_invitation-inpatient_kl": ["10.30"],
        "p-sip_invitation-inpatient-sip_date": ["2026-11-26"],
        "p-sip_invitation-municipality-sip_date": ["2026-11-27"],
    }
    said = dict(said_in(typed_form(CallForm, content)))
    assert said["Vem samtalet är med"] == "Jens Övergård, stödperson"
    assert said["Kallelse till SIP: när hände det?"] == "10.30"
    assert said["Kallelse till SIP: avtalat datum för SIP"] == "2026-11-26"
    assert "2026-11-27" not in said.values()


def test_what_was_held_too_long_is_told_of(county: County, address: str, half_filled: Fields, client: Client):
    page = held_page(client.post(address, half_filled))
    log_in(client, "bo")
    assert "12 timmar" not in words(client.get(page, follow=True))
    HeldForm.objects.update(at=timezone.now() - timedelta(hours=12, minutes=1))
    log_in(client, "alva")
    assert "borttaget efter 12 timmar" in read(client.get(page, follow=True)).get_text(" ")


def test_throwing_away_takes_two_presses(county: County, address: str, half_filled: Fields, client: Client):
    page = held_page(client.post(address, half_filled))
    log_in(client, "alva")
    for shown in (client.get(page), client.get(reverse("status"))):
        form = read(shown).main.find("form", action=lambda at: at and at.endswith("/kasta/"))
        assert form.find("summary").get_text(" ").startswith("Kasta")
        (button,) = form.find_all("button")
        assert "open" not in button.find_parent("details").attrs


@pytest.mark.parametrize(
    ("name", "says"),
    [("chain_sheet", "Inget är utskrivet än"), ("contact_columns", "Kolumnerna är som förut")],
)
def test_what_saves_nothing_is_not_asked_about_as_saved(
    county: County, chain: CareChain, client: Client, name: str, says: str
):
    client.post(
        reverse(name, args=[chain.pk] if name == "chain_sheet" else []), {"typed_by": mark_of(county.alva)}
    )
    log_in(client, "alva")
    page = words(client.get(reverse("held_form", args=[HeldForm.objects.get().pk])))
    assert says in page
    assert "sparat" not in page.partition("Gör det nu?")[2].partition("Kasta")[0]


@pytest.mark.parametrize("name", ["new_chain", "unit_new"])
def test_a_text_that_is_too_long_is_refused_in_our_words(
    county: County, outage: Outage, client: Client, name: str
):
    field = {"new_chain": "patient_name", "unit_new": "name"}[name]
    user = county.alva if name == "new_chain" else county.adam
    client.force_login(user.user)
    page = client.post(reverse(name), {"typed_by": mark_of(user), field: "x" * 400})
    text = read(page).get_text(" ")
    assert "tecken. Du skrev 400." in text
    assert "Säkerställ" not in text


@pytest.mark.parametrize("entry", ["9" * 5_000, "²", "9" * 19, "x"])
def test_what_names_no_contact_is_held_without_its_name(
    county: County, outage: Outage, client: Client, entry: str
):
    """Läge shows what is held: a number too long to be an id kept its owner from Läge until it was deleted."""
    content = {"entry": [entry], "number": ["0980-319 206"]}
    held = hold_form(by=county.alva.membership, path=reverse("verify_contacts"), content=content)
    assert held is not None
    client.force_login(county.alva.user)
    for address in (reverse("status"), reverse("held_form", args=[held.pk])):
        assert client.get(address).status_code == 200


def test_new_patients_that_are_held_can_be_told_apart(county: County, outage: Outage, client: Client):
    protected = {"patient_name": "Hemlig Hemligsson", "identity": "19800101-9808", "protected_identity": "on"}
    for typed in (
        {"patient_name": "Frida Fridasson", "identity": "19500101-9809"},
        {"patient_name": "Tolvan Tolvansson", "identity": ""},
        protected,
    ):
        client.post(reverse("new_chain"), {"typed_by": mark_of(county.alva), **typed})
    log_in(client, "alva")
    held = read(client.get(reverse("status"))).find(class_="held-list")
    said = [" ".join(row.p.get_text().split()).partition(" · ")[2] for row in held.find_all("li")]
    assert said == ["Frida Fridasson · 19500101-9809", "Tolvan Tolvansson", "Skyddad patient"]
    log_in(client, "esa")
    page = client.get(reverse("status")).content.decode()
    assert "Frida Fridasson" not in page
    assert "Undanlagt åt dig" not in page
