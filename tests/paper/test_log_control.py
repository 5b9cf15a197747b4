"""A patient's extract says where and when, never who; a report counts."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry
from contacts.rules.permissions import Role
from outage.models import Outage
from tests.factories import TOLVAN, make_chain, make_county, make_outage, person
from tests.integration.outage.pages import read
from tests.integration.work.asked import opened
from tests.paper.reading import everything, squashed

pytestmark = pytest.mark.django_db


def test_the_extract_and_the_report(client: Client):
    county = make_county()
    chain = make_chain(county, make_outage(county.alva), county.alva)
    audit.record(by=county.alva, action="chain.read", chain=chain.pk)
    client.force_login(person("rigmor", county.ward, Role.LOG_REVIEWER).user)
    page = read(client.post(reverse("review_log"), {"patient": TOLVAN, "tid": "alla"}, follow=True))
    form = next(f for f in page.main.find_all("form") if "utdrag.pdf" in f["action"])
    assert "1212" not in form["action"]
    answer = opened(client, client.post(form["action"]))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    text = everything(answer.content)
    for said in map(squashed, (TOLVAN, county.ward.name, "Läste en vårdkedja", county.region.name)):
        assert said in text
    assert "Alva" not in text
    assert AuditEntry.objects.filter(action="log.extract_printed").get().patients.size == 1
    assert client.post(reverse("log_extract")).status_code == 404
    assert "Övning" not in text
    report = client.post(reverse("log_report"), {"since": "2026-11-01", "until": "2026-11-30"})
    text = everything(report.content)
    assert squashed("Rader om patienter") in text
    assert TOLVAN not in text


def test_what_was_done_of_the_patient_in_a_drill_says_so(client: Client):
    county = make_county()
    chain = make_chain(county, make_outage(county.alva), county.alva)
    audit.record(by=county.alva, action="chain.read", chain=chain.pk)
    Outage.objects.update(drill=True)
    client.force_login(person("rigmor", county.ward, Role.LOG_REVIEWER).user)
    page = read(client.post(reverse("review_log"), {"patient": TOLVAN, "tid": "alla"}, follow=True))
    form = next(f for f in page.main.find_all("form") if "utdrag.pdf" in f["action"])
    text = everything(opened(client, client.post(form["action"])).content)
    assert squashed("Övning. Läste en vårdkedja") in text
