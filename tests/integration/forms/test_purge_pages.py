"""The pages of gallring and of what is written after it, as people use them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, DataKey, MunicipalKind, Unit
from contacts.models.data_key import name_of
from contacts.rules.errors import CHANGED_MEANWHILE, IdClash, NotAllowed, NotYours, RuleError
from contacts.rules.permissions import Role
from contacts.services.versions import ChangedMeanwhile
from forms.models import LateDecision, LateEntry, PurgeStep
from forms.queries.late import late_waiting
from forms.queries.purge import steps_of
from forms.rules.purge import LateOutcome
from forms.services.late import decide_late, keep_late
from outage.models import CareChain, Handover
from outage.services.outages import reopen_outage
from tests.factories import County, make_event, make_outage, person, same_id, tell
from tests.integration.forms.purging import (
    KEPT,
    NAME,
    at,
    chain,
    close,
    confirm,
    everything,
    folders,
    outage,
    over,
    propose,
    purgeable,
    purged,
    run,
    second,
    words,
)
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.holding import TYPED, mark_of
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

__all__ = ["chain", "folders", "outage"]
pytestmark = pytest.mark.django_db


def sent(client: Client, path: str, to: str = "", **typed: str):
    """The page's form, filled in and sent."""
    form = form_of(read(client.get(path)), method="post", action=to or path)
    return client.post(to or path, {k: v for k, v in fields_of(form).items() if v} | typed, follow=True)


def test_two_people_purge_on_the_pages_and_see_what_holds_it_up(county: County, outage, chain, clock):
    adam, rut = at(county.adam), at(second(county))
    assert "Inget driftstopp med vårdkedjor är avslutat" in words(adam.get(reverse("purges")))
    outage = purgeable(county, outage)
    page = reverse("purge", args=[outage.pk])
    assert "Inte gallrat" in words(adam.get(reverse("purges")))
    told = words(adam.get(page))
    assert "Vårdkedjor 1" in told
    assert NAME not in told
    early = sent(adam, page, on=timezone.localdate().isoformat())
    assert "Välj tidigast i morgon" in errors_of(read(early))
    on = timezone.localdate() + timedelta(days=2)
    assert "Gallringen är föreslagen." in read(sent(adam, page, on=on.isoformat())).get_text()
    assert "Du har föreslagit gallringen." in words(adam.get(page))
    assert "Ta tillbaka gallringen" in words(rut.get(page))
    said = sent(rut, page, reverse("purge_confirm", args=[outage.pk]))
    assert "Bekräftad. Gallras tors 26 nov 2026." in words(said)
    withdrawn = sent(adam, reverse("purge_withdraw", args=[outage.pk]), reason="Revisionen vill läsa")
    assert "Revisionen vill läsa" in words(withdrawn)
    assert list(PurgeStep.objects.order_by("number").values_list("kind", flat=True)) == [
        "proposed",
        "confirmed",
        "withdrawn",
    ]
    assert {"purge.proposed", "purge.confirmed", "purge.withdrawn"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_what_stops_it_stands_on_the_page_and_there_is_no_button(county: County, outage, chain):
    outage = purgeable(county, outage)
    make_sheet(county.alva, outage=outage)
    told = at(county.adam).get(reverse("purge", args=[outage.pk]))
    assert "Det går inte att gallra än." in words(told)
    assert "Medicin 2: 1 blad har inget öde." in words(told)
    assert "Föreslå gallringen" not in words(told)


def test_a_discharge_that_nobody_was_told_of_is_purged_only_by_two_who_say_so(county: County, outage, chain):
    make_event(county.alva, chain, "discharge")
    outage = purgeable(county, outage)
    page, adam, rut = reverse("purge", args=[outage.pk]), at(county.adam), at(second(county))
    on = (timezone.localdate() + timedelta(days=2)).isoformat()
    told = words(adam.get(page))
    assert "Samtal om utskrivning: 2" in told
    warned = (
        "Alla vet inte om 1 utskrivning. Efter gallringen ser ingen vem det gäller. Det här är inte gjort:"
    )
    assert warned in told
    refused = sent(adam, page, on=on)
    assert "Kryssa för, eller låt enheten ringa först." in errors_of(read(refused))
    assert words(refused).count("Alla vet inte om") == 1
    assert "Gallringen är föreslagen." in read(sent(adam, page, on=on, anyway="on")).get_text()
    to = reverse("purge_confirm", args=[outage.pk])
    # At the box, on the page that says what it is; and the next press goes through.
    refused = sent(rut, page, to)
    assert refused.status_code == 422
    box = read(refused).main.find("input", {"name": "anyway"}).parent
    assert "Kryssa för, eller låt enheten ringa först." in box.get_text()
    assert "Kryssa för" in errors_of(read(refused))
    assert warned in words(refused)
    said = words(sent(rut, page, to, anyway="on"))
    assert "Bekräftad." in said
    assert said.count("Utskrivningar som alla inte visste om: 1") == 2
    alva = words(at(county.alva).get(f"{reverse('back_registration')}?driftstopp={outage.pk}"))
    assert "Uppgifterna gallras tors 26 nov 2026." in alva


def test_what_changed_since_it_was_proposed_stands_there_and_what_to_do(county: County, outage, chain):
    outage = purgeable(county, outage)
    page, rut = reverse("purge", args=[outage.pk]), at(second(county))
    sent(at(county.adam), page, on=(timezone.localdate() + timedelta(days=2)).isoformat())
    assert "Bekräfta gallringen" in words(rut.get(page))
    tell(county.alva, chain, make_event(county.alva, chain, "admission"))
    close(county.esa, outage)
    told = words(rut.get(page))
    assert "Ändrat sedan gallringen föreslogs" in told
    assert "Ta tillbaka gallringen och föreslå den på nytt." in told
    assert "Bekräfta gallringen" not in told


def test_when_it_is_done_it_says_so_and_the_pages_say_gallrad(county: County, outage, chain, clock):
    outage = purged(county, outage, clock)
    told = words(at(county.adam).get(reverse("purge", args=[outage.pk])))
    assert "Driftstoppet är gallrat." in told
    assert "Under RS 980-2026: vårdkedjor 1" in told
    assert "gallrad" in words(at(county.alva).get(reverse("chain", args=[chain.pk]))).casefold()


def test_a_call_logged_after_the_purge_is_kept_and_goes_to_the_coordinator(
    county: County, outage, chain, clock
):
    path = reverse("chain_call", args=[chain.pk]) + "?riktning=received"
    fields = fields_of(form_of(read(at(county.alva).get(path)), method="post"))
    purged(county, outage, clock)
    alva, calls = at(county.alva), Handover.objects.count()
    typed = TYPED | {"spoken_to": "Karin Hemligsson", "comment": "Hemligsson ringde"}
    answer = alva.post(path, fields | typed, follow=True)
    assert KEPT in read(answer).get_text(), errors_of(read(answer))
    assert Handover.objects.count() == calls
    entry = LateEntry.objects.get()
    said = dict(entry.said)
    assert said["Vårdkedja"] == "1"
    assert "Hemligsson ringde" in said.values()
    assert "emligsson" not in everything()
    assert (entry.user, entry.unit) == (county.alva.user, county.ward)
    # Sent once more it is the same.
    alva.post(path, fields | typed, follow=True)
    assert LateEntry.objects.count() == 1
    esa = at(county.esa)
    assert late_waiting(county.esa) == 1
    waits = "1 sen uppgift från gallrade driftstopp väntar på att du avgör"
    # On the paper's own page, and on Läge, whether an outage goes on or not: while one does, whom to ring is first.
    assert words(esa.get("/")).count(waits) == 1
    assert waits in words(esa.get(reverse("sheets")))
    assert waits not in words(alva.get("/"))
    make_outage(county.esa)
    status = words(esa.get("/"))
    assert status.index("Att ringa nu") < status.index(waits) == status.rindex(waits)
    listed = words(esa.get(reverse("late_entries")))
    assert "Väntar på samordnaren" in listed
    assert "emligsson" not in listed
    page = reverse("late_entry", args=[entry.pk])
    before = AuditEntry.objects.filter(action="late.read").count()
    assert "Hemligsson ringde" in words(esa.get(page))
    assert AuditEntry.objects.filter(action="late.read").count() == before + 1
    told = words(sent(esa, page, outcome="journal", reason="Står inte i journalen"))
    assert "Införs i journalen. Står inte i journalen" in told
    assert late_waiting(county.esa) == 0
    assert "väntar på att du avgör" not in words(esa.get("/"))
    assert at(county.alva).post(page, {"typed_by": mark_of(county.alva)}).status_code == 403


def test_a_late_entry_that_nobody_can_decide_says_so(county: County, outage, chain, clock):
    outage = purged(county, outage, clock)
    entry = keep_late(
        by=county.alva, outage_id=outage.pk, client_id=same_id(7), said=[("Vad gäller det?", "Ett samtal")]
    )
    pages = [reverse("late_entries"), reverse("late_entry", args=[entry.pk])]
    for page in pages:
        assert "Väntar på samordnaren." in words(at(county.alva).get(page))
    county.esa.user.memberships.update(active=False)
    for page in pages:
        assert "Ingen samordnare kan avgöra. Be administratören" in words(at(county.alva).get(page))


def test_a_new_chain_of_a_purged_outage_is_kept_too(county: County, outage, chain, clock):
    purged(county, outage, clock)
    alva, path = at(county.alva), reverse("new_chain")
    form = read(alva.get(path)).find("form", attrs={"data-guard": True})
    fields = {k: v for k, v in fields_of(form).items() if v}
    typed = {"patient_name": "Ny Hemligsson", "before": "unknown", "ward_kind": "somatic"}
    answer = alva.post(path, fields | typed, follow=True)
    assert KEPT in read(answer).get_text(), errors_of(read(answer))
    assert CareChain.objects.count() == 1
    assert "Ny Hemligsson" in dict(LateEntry.objects.get().said).values()


def test_a_paper_that_is_found_later_is_written_by_hand(county: County, outage, chain, clock):
    alva, path = at(county.alva), reverse("late_entries")
    assert "Inget driftstopp är gallrat hos er." in words(alva.get(path))
    outage = purged(county, outage, clock)
    clock.shift(timedelta(days=100))
    alva = at(county.alva)
    typed = {"outage": str(outage.pk), "who": NAME, "when": "24 nov 11.30", "text": "Hemtjänsten fick veta"}
    assert KEPT in read(sent(alva, path, **typed)).get_text()
    assert errors_of(read(sent(alva, path, **typed | {"text": ""})))
    entry = LateEntry.objects.get()
    assert entry.said[0] == ["Vem gäller det?", NAME]
    assert DataKey.objects.get(name=name_of(county.region.pk)).wrapped


def test_who_keeps_reads_and_decides(county: County, outage, chain, clock):
    said = [("Vem gäller det?", NAME)]
    with pytest.raises(RuleError, match="inte gallrat"):
        keep_late(by=county.alva, outage_id=outage.pk, client_id=uuid4(), said=said)
    outage = purged(county, outage, clock)
    for somebody in (county.adam, second(county)):
        with pytest.raises(NotAllowed):
            keep_late(by=somebody, outage_id=outage.pk, client_id=uuid4(), said=said)
    id_ = uuid4()
    entry = keep_late(by=county.alva, outage_id=outage.pk, client_id=id_, said=said)
    assert keep_late(by=county.alva, outage_id=outage.pk, client_id=id_, said=said) == entry
    with pytest.raises(IdClash):
        keep_late(by=county.alva, outage_id=outage.pk, client_id=id_, said=[("Vem gäller det?", "Annan")])
    page = reverse("late_entry", args=[entry.pk])
    assert [at(who).get(page).status_code for who in (county.alva, county.bo, county.cissi, county.adam)] == [
        200,
        404,
        404,
        403,
    ]
    home = Unit.objects.create(
        principal=county.municipality, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    decide = {"entry": entry, "outcome": LateOutcome.NOTHING, "reason": "Dubblett"}
    with pytest.raises(NotYours):
        decide_late(by=person("cilla", home, Role.COORDINATOR), client_id=uuid4(), **decide)
    with pytest.raises(NotAllowed):
        decide_late(by=county.alva, client_id=uuid4(), **decide)
    with pytest.raises(RuleError, match="Skriv varför"):
        decide_late(by=county.esa, client_id=uuid4(), **decide | {"reason": " "})
    first = decide_late(by=county.esa, client_id=same_id(7), **decide)
    assert decide_late(by=county.esa, client_id=same_id(7), **decide) == first
    with pytest.raises(ChangedMeanwhile):
        decide_late(by=county.esa, client_id=uuid4(), **decide)
    decide_late(by=county.esa, client_id=uuid4(), seen=1, **decide | {"outcome": LateOutcome.BY_HAND})
    assert LateDecision.objects.count() == 2


def test_somebody_who_was_second_is_told(county: County, outage, chain):
    outage = purgeable(county, outage)
    page = reverse("purge", args=[outage.pk])
    adam = at(county.adam)
    form = fields_of(form_of(read(adam.get(page)), method="post", action=page))
    propose(person("ada", county.ward, Role.ADMIN), outage)
    answer = adam.post(page, {k: v for k, v in form.items() if v})
    assert answer.status_code == 409
    rut, to = at(second(county)), reverse("purge_confirm", args=[outage.pk])
    form = fields_of(form_of(read(rut.get(page)), method="post", action=to))
    confirm(second(county), outage)
    assert CHANGED_MEANWHILE in read(rut.post(to, form, follow=True)).get_text()
    assert PurgeStep.objects.count() == 2


def test_what_is_opened_again_has_its_purge_on_the_page_to_be_taken_back(county: County, outage, chain):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    reopen_outage(by=county.esa, outage=outage)
    adam, page = at(county.adam), reverse("purge", args=[outage.pk])
    assert "Bekräftad. Gallras" in words(adam.get(reverse("purges")))
    told = words(adam.get(page))
    assert "Driftstoppet är inte stängt för er." in told
    assert "Står det så när dagen kommer blir gallringen inte gjord." in told
    assert "Föreslå gallringen" not in told
    sent(adam, reverse("purge_withdraw", args=[outage.pk]), reason="Öppnat igen")
    assert steps_of(county.region, [outage])[outage.pk][-1].kind == "withdrawn"
    assert "Det går inte att gallra än." in words(adam.get(page))


def test_a_refused_purge_says_first_why_before_it_is_proposed_anew(county: County, outage, chain, clock):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    reopen_outage(by=county.esa, outage=outage)
    clock.shift(timedelta(days=1))
    assert len(run().refused) == 1
    adam, why = (
        at(county.adam),
        "Gallringen blev inte gjord ons 25 nov 2026. Driftstoppet är inte stängt för er.",
    )
    assert why in words(adam.get(reverse("purges")))
    page = reverse("purge", args=[outage.pk])
    assert why in words(adam.get(page))
    over(county, outage)
    close(county.esa, outage)
    told = words(adam.get(page))
    assert told.index(why) < told.index("Föreslå gallring")
    sent(adam, page, on=(timezone.localdate() + timedelta(days=2)).isoformat())
    assert why not in words(adam.get(page)).partition("Steg")[0]
