"""Rows as the version before wrote them: what lay plain, and a trace without seals."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db.migrations.state import StateApps
from django.utils import timezone

from contacts.services.submissions import content_hash
from tests.factories import same_id

NAME = "Tolvan Tolvansson"
TYPED_BEFORE = {"patient_name": [NAME], "comment": ["Läggs i sal 4"]}
SECRET = "Hemligsson"
SENT: UUID = same_id(1)
OTHERS = {"municipality": {"id": "5f0e", "name": f"{SECRET} kommun", "kind": "", "number": "0910"}}
TYPED = [["number", "Nummer", "19121212-1212", "191212121212"], ["name", "Namn", f"Tolvan {SECRET}", ""]]
PICTURE = {"decision": "register", "what": "stay", "outcomes": ["1"], "do": "Gör", "by": "", "lines": ["a"]}


Make = Callable[..., Any]


def make_rows(models: StateApps) -> None:
    def make(label: str, **facts: Any) -> Any:
        return models.get_model(label).objects.create(**facts)

    region = make("contacts.Principal", name="Regionen", short_name="R", kind="region", sort_key="r")
    ward = make(
        "contacts.Unit", principal=region, name="M", search_key="m", sort_key="m", ward_kind="somatic"
    )
    user = make("contacts.User", username="alva", is_active=True)
    works = make("contacts.Membership", user=user, unit=ward, role="staff")
    make_trace(make, user)
    make_typed(make, works)
    make_files(make, region, {"user": user, "unit": ward})
    make_patients(make, region, {"user": user, "unit": ward})


def make_trace(make: Make, user: Any) -> None:
    """Five rows, of which the second is gone."""
    chains = sorted(uuid4().bytes for _ in range(3))
    seen = make("contacts.PatientSet", digest=sha256(b"".join(chains)).hexdigest(), size=3)
    for chain in reversed(chains):
        make("contacts.PatientInSet", seen_in=seen, chain=UUID(bytes=chain))
    rows = [
        make(
            "contacts.AuditEntry",
            action="x",
            user=user,
            changes={"n": [number, "å"]},
            patients=seen if number == 3 else None,
        )
        for number in range(5)
    ]
    rows[1].delete()


def make_typed(make: Make, works: Any) -> None:
    """What was sent, what came under the same id, and what was held."""
    user = works.user
    sent = make(
        "contacts.Submission", id=SENT, kind="call", user=user, content_hash=content_hash(TYPED_BEFORE)
    )
    other = {**TYPED_BEFORE, "comment": ["Något annat"]}
    make(
        "contacts.SubmissionClash",
        submission=sent,
        user=user,
        content=other,
        content_hash=content_hash(other),
    )
    make(
        "outage.HeldForm",
        user=user,
        membership=works,
        path="/x/",
        content='{"patient_name": ["Tolvan Tolvansson"]}',
    )


def make_files(make: Make, region: Any, signed: dict[str, Any]) -> None:
    make("contacts.DirectoryFile", principal=region, book={"sheets": [NAME]})
    for plan in ({}, {"groups": {"new": [NAME]}}):
        make("contacts.DirectoryUpload", principal=region, plan=plan, **signed)


def make_patients(make: Make, region: Any, signed: dict[str, Any]) -> None:
    """Two joined chains with all that is written of them, and their paper."""
    ward = signed["unit"]
    now = timezone.now()
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
