"""What the tests of keeping contacts share: forms filled in as the browser would, and the audit log."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.models import AuditEntry, DirectoryEntry
from contacts.rules.entry_facts import EntryFacts, EntryKind
from contacts.rules.hours import Availability, Hours
from contacts.rules.phone import Phone, PhoneKind
from tests.integration.outage.pages import Fields, fields_of, form_of, read

FACTS = EntryFacts(kind=EntryKind.OTHER, name="Hjälpmedel", hours=Hours(Availability.ALWAYS))


def opened(client: Client, by: Acting, name: str, *args: Any) -> HttpResponse:
    """Open a page as somebody."""
    client.force_login(by.user)
    return client.get(reverse(name, args=args))


def form_at(client: Client, by: Acting, name: str, *args: Any) -> Fields:
    """What the form of a page would send as it stands."""
    response = opened(client, by, name, *args)
    assert response.status_code == 200
    return fields_of(form_of(read(response), method="post"))


def sent(client: Client, fields: Fields, page: str, /, *args: Any, **changed: Any) -> HttpResponse:
    """Send a form with some of its fields filled in otherwise; None leaves a field out."""
    content = {**fields, **{key: value for key, value in changed.items() if value is not None}}
    for key in [key for key, value in changed.items() if value is None]:
        content.pop(key, None)
    return client.post(reverse(page, args=args), content)


def trace_of(entry: DirectoryEntry) -> list[str]:
    """The audit actions of an entry, in order."""
    rows = AuditEntry.objects.filter(target_type="contacts.DirectoryEntry", target_id=str(entry.pk))
    return [row.action for row in rows.order_by("pk")]


def phones(*numbers: str) -> list[Phone]:
    """Direct numbers."""
    return [Phone(PhoneKind.DIRECT, number) for number in numbers]


def new_contact(**changed: Any) -> Fields:
    """The minimum that adds a contact."""
    return {
        "client_id": [str(uuid4())],
        "kind": ["other"],
        "name": ["Hjälpmedel"],
        "availability": ["daytime"],
        "eves": ["unsaid"],
    } | {key: [value] for key, value in changed.items()}
