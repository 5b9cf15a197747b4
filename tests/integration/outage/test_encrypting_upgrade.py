"""A database from before patient text was encrypted goes on with its rows, and has nothing of it in plain text left."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from contacts.access import acting_in
from contacts.models import Membership
from contacts.rules.parties import Party
from forms.models import PaperEntry, ScanUndone, SheetFate
from outage.models import (
    CareChain,
    CareChainEvent,
    ChainJoin,
    Handover,
    Opening,
    OpenItem,
    Outage,
    PatientLookup,
    RegistrationMark,
)
from outage.queries.care_chains import find_chains
from outage.queries.outages import outage_for
from outage.queries.patient_numbers import ciphers_of
from outage.rules.identity import name_text
from tests.integration.outage.test_upgrade import migrate_to_today
from tests.migrating import migrate

BEFORE = [("contacts", "0012_trace_and_keys"), ("outage", "0003_openings"), ("blanketter", "0001_tables")]
SECRET = "Hemligsson"
OTHERS = {"municipality": {"id": "5f0e", "name": f"{SECRET} kommun", "kind": "", "number": "0910"}}
TYPED = [["number", "Nummer", "19121212-1212", "191212121212"], ["name", "Namn", f"Tolvan {SECRET}", ""]]
PICTURE = {"decision": "register", "what": "stay", "outcomes": ["1"], "do": "Gör", "by": "", "lines": ["a"]}


def make_rows() -> None:
    """As the version before wrote them."""
    apps = migrate(*BEFORE)

    def make(label: str, **facts: Any) -> Any:
        return apps.get_model(label).objects.create(**facts)

    now = timezone.now()
    region = make("contacts.Principal", name="Regionen", short_name="R", kind="region", sort_key="r")
    ward = make(
        "contacts.Unit", principal=region, name="M", search_key="m", sort_key="m", ward_kind="somatic"
    )
    user = make("contacts.User", username="alva", is_active=True)
    make("contacts.Membership", user=user, unit=ward, role="staff")
    signed = {"user": user, "unit": ward}
    outage = make("outage.Outage", system="PRATOR", routine_id="prator-2023-04-03")
    outage.current = make(
        "outage.OutageReport",
        outage=outage,
        kind="first",
        scope="both_principals",
        scope_from=now,
        started_at=now,
        **signed,
    )
    outage.save()
    chains = []
    for number in (1, 2):
        chain = make("outage.CareChain", outage=outage, principal=region, number=number, **signed)
        for name in ("Fel", "Tolvan"):
            chain.details = make(
                "outage.CareChainDetails",
                chain=chain,
                replaces=chain.details,
                identity_kind="personnummer",
                identity_number="191212121212" if name == "Tolvan" else "195001019809",
                patient_name=f"{name} {SECRET} {number}",
                ward_kind="somatic",
                ward_unit=ward,
                others=OTHERS if number == 1 else {},
                before="unknown",
                status="ok",
                status_reason=f"k1:{SECRET}",
                search_key="",
                **signed,
            )
        chain.save()
        chains.append(chain)
    chain = chains[0]
    event = make(
        "outage.CareChainEvent",
        chain=chain,
        kind="sip_invitation",
        sender="outpatient",
        happened_at=now,
        particulars={"participants": [f"Å {SECRET}"]},
        reason=SECRET,
        **signed,
    )
    call = {
        "chain": chain,
        "direction": "given",
        "outcome": "reached",
        "at": now,
        "signature": "Alva",
        **signed,
    }
    handover = make(
        "outage.Handover",
        recipient=f"participant:{SECRET}",
        place_name=SECRET,
        comment=SECRET,
        order=1,
        **call,
    )
    make("outage.Handover", recipient="municipality", spoken_to=f"{SECRET} 🙂", order=2, **call)
    make(
        "outage.OpenItem",
        client_id=uuid.uuid4(),
        event=event,
        recipient="municipality",
        place=f"participant:{SECRET}",
        responsible=SECRET,
        reason=SECRET,
        **signed,
    )
    make(
        "outage.ChainJoin",
        client_id=uuid.uuid4(),
        kept=chain,
        other=chains[1],
        reason=f"Var {SECRET}",
        **signed,
    )
    make(
        "outage.Opening",
        chain=chain,
        kind="protected",
        reason="other",
        note=f"Om {SECRET}",
        until=now + timedelta(hours=1),
        **signed,
    )
    for picture in ({**PICTURE, "typed": TYPED}, None):
        make(
            "outage.RegistrationMark",
            client_id=uuid.uuid4(),
            chain=chain,
            task="stay:a",
            done=True,
            choice=f"Som {SECRET} sa",
            picture=picture,
            **signed,
        )
    sheet = make(
        "blanketter.Sheet",
        serial="123456789",
        kind="care_chain",
        outage=outage,
        chain=chain,
        unit=ward,
        routine_version="1",
        pages=1,
    )
    make("blanketter.SheetFate", sheet=sheet, number=1, fate="voided", reason=SECRET, given_to="", unit=ward)
    make("blanketter.PaperEntry", handover=handover, sheet=sheet, reason=f"Till {SECRET}", **signed)
    upload = make("blanketter.ScanUpload", sha256="0", pages=1, **signed)
    page = make(
        "blanketter.ScannedPage", upload=upload, number=1, finding="sheet", width=1, height=1, sha256="0"
    )
    match = make("blanketter.ScanMatch", page=page, sheet=sheet, sheet_page=1, **signed)
    aside = make("blanketter.ScanAside", page=page, reason="other", **signed)
    make("blanketter.ScanUndone", match=match, reason=f"Ett {SECRET}", **signed)
    make("blanketter.ScanUndone", aside=aside, reason=f"Två {SECRET}", **signed)


@pytest.mark.once
def test_its_rows_read_as_they_did_and_nothing_is_left_in_plain_text(empty_database: None):
    make_rows()
    migrate_to_today()
    chain = CareChain.objects.get(number=1)
    details = chain.details
    assert [row.patient_name for row in chain.history.order_by("pk")] == [
        f"Fel {SECRET} 1",
        f"Tolvan {SECRET} 1",
    ]
    assert details.place_names[Party.MUNICIPALITY] == f"{SECRET} kommun"
    assert details.place_keys[Party.MUNICIPALITY] == "other:5f0e"
    assert (details.facts.others[Party.MUNICIPALITY].number, details.status_reason) == (
        "0910",
        f"k1:{SECRET}",
    )
    assert CareChainEvent.objects.get().participants == (f"Å {SECRET}",)
    calls = [(row.recipient, row.comment, row.spoken_to) for row in Handover.objects.order_by("order")]
    assert calls == [(f"participant:{SECRET}", SECRET, ""), ("municipality", "", f"{SECRET} 🙂")]
    item = OpenItem.objects.get()
    assert (item.recipient, item.whom, item.responsible) == ("municipality", f"participant:{SECRET}", SECRET)
    assert (ChainJoin.objects.get().reason, Opening.objects.get().note) == (f"Var {SECRET}", f"Om {SECRET}")
    marks = [(mark.picture, mark.typed, mark.choice) for mark in RegistrationMark.objects.order_by("pk")]
    assert marks == [(PICTURE, TYPED, f"Som {SECRET} sa"), (None, None, f"Som {SECRET} sa")]
    assert (SheetFate.objects.get().reason, PaperEntry.objects.get().reason) == (SECRET, f"Till {SECRET}")
    assert {row.reason for row in ScanUndone.objects.all()} == {f"Ett {SECRET}", f"Två {SECRET}"}

    alva = acting_in(Membership.objects.get())
    outage = outage_for(alva.principal, Outage.objects.get().pk)
    for text, count in (("121212-1212", 2), ("Tolvan", 2), (f"Fel {SECRET}", 0), ("19500101-9809", 0)):
        assert find_chains(alva, text, outage).count() == count, text
    (cipher,) = ciphers_of(alva.principal, [outage])
    names = [cipher.keyed_hash(name_text(f"{name} {SECRET} 1")) for name in ("Tolvan", "Fel")]
    assert list(PatientLookup.objects.filter(hash__in=names).values_list("chain", "hash")) == [
        (chain.pk, names[0])
    ]

    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        for path in file.parent.glob(f"{file.name}*"):
            assert SECRET.encode() not in path.read_bytes(), path
    else:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{SECRET}%"])
                assert cursor.fetchone() == (0,), table
