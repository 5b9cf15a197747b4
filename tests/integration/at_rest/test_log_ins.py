"""What a log-in holds lies encrypted, bound to its row; those that went on at an upgrade go on."""

import json

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from contacts.models import DataKey
from contacts.models.data_key import environments_key, forget_keys
from outage.project.accounts import SecondFactorAdapter
from outage.project.sessions import SessionStore
from tests.factories import County

SAID = {"came_to": "/", "words": "Samtalet om Tolvan Tolvansson är sparat."}


def saved(**said: str) -> SessionStore:
    store = SessionStore()
    store.update(said)
    store.create()
    return store


def raw(column: str, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_it_comes_back_and_can_not_be_read_without_the_key():
    store = saved(**SAID)
    assert dict(SessionStore(store.session_key).items()) == SAID
    (stored,) = raw("session_data", "django_session")
    assert db.SessionStore(store.session_key).decode(stored) == {}
    assert "Tolvan" not in str(stored)
    DataKey.objects.filter(name="sessions").update(wrapped=b"")
    forget_keys()
    assert dict(SessionStore(store.session_key).items()) == {}


@pytest.mark.django_db
def test_copied_into_the_row_of_another_or_changed_it_is_nobodys():
    mine, others = saved(**SAID), saved(words="Något annat")
    Session.objects.filter(pk=others.session_key).update(
        session_data=Session.objects.get(pk=mine.session_key).session_data
    )
    assert dict(SessionStore(others.session_key).items()) == {}
    for wrong in ("", "s1:", "s1:x", "s1:" + "A" * 40, "k1:" + "A" * 40):
        Session.objects.filter(pk=mine.session_key).update(session_data=wrong)
        assert dict(SessionStore(mine.session_key).items()) == {}


@pytest.mark.django_db(transaction=True)
def test_a_log_in_of_before_goes_on_and_lies_encrypted(county: County, client: Client, capsys):
    client.force_login(county.alva.user)
    row = Session.objects.get()
    told = SessionStore(row.pk).load()
    Session.objects.update(session_data=db.SessionStore(row.pk).encode(told))
    for said in ("Krypterade om: 1 inloggningar.\n", ""):
        call_command("encrypt_again")
        assert capsys.readouterr().out == said
    assert Session.objects.get().session_data.startswith("s1:")
    assert client.get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_secrets_of_before_are_read_and_put_under_a_data_key(county: County, settings: Settings):
    def old(plain: str) -> str:
        return environments_key().encrypt(plain.encode()).decode()

    adapter = SecondFactorAdapter()
    assert adapter.decrypt(old("hemligt")) == adapter.decrypt(adapter.encrypt("hemligt")) == "hemligt"
    data = {"secret": old("hemligt"), "codes": [old("ett"), "inget"], "used": 3}
    Authenticator.objects.create(user=county.alva.user, type=Authenticator.Type.TOTP, data=data)
    # A new key of the environment, after which the one that they lay under may go.
    settings.DATA_KEYS = [Fernet.generate_key().decode(), *settings.DATA_KEYS]
    call_command("rotate_keys")
    settings.DATA_KEYS = settings.DATA_KEYS[:1]
    forget_keys()
    now = Authenticator.objects.get().data
    assert (now["used"], now["codes"][1]) == (3, "inget")
    assert [adapter.decrypt(secret) for secret in (now["secret"], now["codes"][0])] == ["hemligt", "ett"]
    assert "gAAAA" not in json.dumps(now)
