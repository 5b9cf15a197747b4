"""What a monitoring server reads, and who does not."""

from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from contacts import audit

TOKEN = "read-only-by-the-monitoring-server"

pytestmark = pytest.mark.django_db


def asked(client: Client, token: str = TOKEN) -> tuple[int, str]:
    answer = client.get(reverse("metrics"), headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.content.decode()


def test_nobody_reads_them_without_the_token(client: Client):
    assert asked(client)[0] == 404
    assert asked(client, "")[0] == 404
    with override_settings(METRICS_TOKEN=TOKEN):
        assert asked(client, "another")[0] == 404
        assert client.get(reverse("metrics")).status_code == 404
        assert asked(client)[0] == 200


@override_settings(METRICS_TOKEN=TOKEN)
def test_they_say_how_it_stands(client: Client):
    _, before = asked(client)
    assert "driftstopp_last_backup_timestamp_seconds 0.0" in before
    assert "driftstopp_work_waiting 0.0" in before
    assert "driftstopp_outages_open 0.0" in before
    audit.record_system(action="backup.made", changes={})
    made = [line for line in asked(client)[1].splitlines() if line.startswith("driftstopp_last_backup")]
    assert float(made[0].split()[1]) == pytest.approx(timezone.now().timestamp(), abs=60)


@override_settings(METRICS_TOKEN=TOKEN)
def test_requests_are_counted_by_page_and_never_by_address():
    client = Client()
    client.get("/logga-in/")
    client.get("/finns/inte/19121212-1212/")
    _, said = asked(client)
    assert 'driftstopp_requests_total{page="account_login",status="200"}' in said
    assert "19121212" not in said


def test_they_say_how_much_room_is_left_where_the_server_writes(client: Client, tmp_path: Path):
    with override_settings(METRICS_TOKEN=TOKEN, VAR_DIR=tmp_path, SCAN_DIR=tmp_path / "not mounted"):
        _, said = asked(client)
    told = [line for line in said.splitlines() if line.startswith("driftstopp_free_bytes")]
    assert [line.split()[0] for line in told] == ['driftstopp_free_bytes{folder="VAR_DIR"}']
    assert float(told[0].split()[1]) > 0
