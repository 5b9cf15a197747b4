"""A database from before patient text was encrypted and the trace sealed goes on with its rows after an upgrade.

Nothing of what lay plain does so any more; it reads as it did, and is known again when it is sent again.
"""

from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from contacts.access import acting_in
from contacts.models import DirectoryFile, DirectoryUpload, Membership, Submission, SubmissionClash, TrailSeal
from contacts.rules.parties import Party
from contacts.services.submissions import claim, content_hash, keep_clash
from forms.models import PaperEntry, ScanUndone, SheetFate
from outage.models import (
    CareChain,
    CareChainEvent,
    ChainJoin,
    Handover,
    HeldForm,
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
from outage.services.held_forms import hold_form
from tests.integration.at_rest.rows_before import (
    NAME,
    PICTURE,
    SECRET,
    SENT,
    TYPED,
    TYPED_BEFORE,
    make_rows,
)
from tests.integration.trail.test_verify_command import verified
from tests.trail import ROWS, drop_triggers, sql


def test_it_goes_on_as_it_stood_and_can_not_be_read(database_before: StateApps):
    """All in one: an upgrade takes seconds."""
    make_rows(database_before)
    call_command("migrate", verbosity=0)
    rows_read_as_they_did()
    what_was_sent_and_held_is_known_again()
    rows_from_before_there_were_seals_are_sealed_as_such()
    assert where_it_lies(SECRET) == where_it_lies("Tolvan") == []
    assert not MigrationExecutor(connection).migration_plan(
        MigrationExecutor(connection).loader.graph.leaf_nodes()
    )


def where_it_lies(text: str) -> list[str]:
    """The files of the database, or its tables, in which it can be read."""
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        return [path.name for path in file.parent.glob(f"{file.name}*") if text.encode() in path.read_bytes()]
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"])
            found += [table] if cursor.fetchone() != (0,) else []
    return found


def rows_read_as_they_did() -> None:
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


def what_was_sent_and_held_is_known_again() -> None:
    alva = acting_in(Membership.objects.get())
    assert HeldForm.objects.get().content == '{"patient_name": ["Tolvan Tolvansson"]}'
    held = hold_form(by=alva.membership, path="/x/", content={"patient_name": [NAME]})
    clash = SubmissionClash.objects.get()
    assert (clash.content["comment"], held) == (["Något annat"], HeldForm.objects.get())
    assert keep_clash(by=alva, client_id=SENT, content=clash.content) == clash
    with transaction.atomic():
        first = claim(by=alva, client_id=SENT, kind="call", content=TYPED_BEFORE)
    assert first == Submission.objects.get()
    assert first.content_hash != content_hash(TYPED_BEFORE)
    assert DirectoryFile.objects.get().book == {"sheets": [NAME]}
    plans = [row.plan for row in DirectoryUpload.objects.order_by("at", "pk")]
    assert sorted(plans, key=len) == [{}, {"groups": {"new": [NAME]}}]


def rows_from_before_there_were_seals_are_sealed_as_such() -> None:
    seal = TrailSeal.objects.get()
    assert (seal.number, seal.ranges, seal.from_before) == (1, "1,3-5", True)
    status, lines = verified()
    assert status == 0, lines
    assert lines[1].startswith("Av dem är 4 från tiden före förseglingen")
    drop_triggers()
    sql(f"UPDATE {ROWS} SET changes = '{{}}' WHERE id = 4")
    assert "Rad 4: ändrad." in verified()[1]
