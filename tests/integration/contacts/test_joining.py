"""Two contacts that are one: joined without a loss, met by the old name, and taken apart again."""

from typing import Any

import pytest

from contacts.models import AuditEntry, DirectoryEntry, DirectoryJoin, NumberFlag, Principal
from contacts.queries.joined import standing_joins
from contacts.queries.search import search_among
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.hours import Availability
from contacts.rules.joining import AlreadyJoined, Part, Pick
from contacts.rules.phone import digits
from contacts.services.directory import restore_entry, retire_entry
from contacts.services.flags import flag_number, withdraw_flag
from contacts.services.joining import join_entries, undo_entry_join
from contacts.services.keeping import verify_entry
from contacts.services.switchboards import choose_main_switchboard
from contacts.services.versions import ChangedMeanwhile
from tests.factories import at_once, make_entry, same_id

from .keeping import trace_of

pytestmark = pytest.mark.django_db
A, B, C = "0953-140 01", "0953-140 02", "0953-140 03"


@pytest.fixture
def pair(county) -> tuple[DirectoryEntry, DirectoryEntry]:
    """A contact of Malå, and the same one once more under another name."""
    kept = make_entry(county.mala, "Hjälpmedel", A, remark="Ring före 15.", availability=Availability.UNKNOWN)
    other = make_entry(county.mala, "Hjälpmedelscentralen", B, owner="IT", unit=county.social_care)
    return kept, other


def join(by: Any, kept: DirectoryEntry, other: DirectoryEntry, n: int = 1, **picks: Pick) -> DirectoryEntry:
    for row in (kept, other):
        row.refresh_from_db()
    return join_entries(
        by=by,
        kept=kept,
        other=other,
        client_id=same_id(n),
        version=version_of(kept),
        other_version=version_of(other),
        picks={Part(part): pick for part, pick in picks.items()},
    )


def undo(by: Any, kept: DirectoryEntry, n: int = 50) -> DirectoryJoin:
    kept.refresh_from_db()
    return undo_entry_join(by=by, join=standing_joins(kept)[0], client_id=same_id(n))


def columns(row: DirectoryEntry) -> dict[str, Any]:
    return DirectoryEntry.objects.filter(pk=row.pk).values().get()


def test_the_kept_one_stands_with_both_numbers_and_what_it_lacked(county, pair):
    kept, other = pair
    join(county.mala_admin, kept, other)
    now = DirectoryEntry.objects.get(pk=kept.pk)
    assert (now.name, now.remark, now.owner, now.unit) == (
        "Hjälpmedel",
        "Ring före 15.",
        "IT",
        county.social_care,
    )
    assert [phone.number for phone in now.phones] == [A, B]
    assert now.hours.availability is Availability(other.availability)


def test_what_is_chosen_stands_instead(county, pair):
    kept, other = pair
    join(county.mala_admin, kept, other, name=Pick.OTHER, numbers=Pick.KEPT)
    now = DirectoryEntry.objects.get(pk=kept.pk)
    assert now.name == "Hjälpmedelscentralen"
    assert [phone.number for phone in now.phones] == [A]


def test_the_one_joined_away_is_kept_out_of_use_and_cannot_be_taken_back_alone(county, pair):
    kept, other = pair
    join(county.mala_admin, kept, other)
    row = DirectoryEntry.objects.get(pk=other.pk)
    assert (row.retired_by, row.joined_into_id, row.name) == (county.mala_admin.user, kept.pk, other.name)
    assert [phone.number for phone in row.phones] == [B]
    with pytest.raises(RuleError, match="är sammanförd med Hjälpmedel"):
        restore_entry(by=county.mala_admin, entry=row)
    assert trace_of(other) == ["directoryentry.joined_away"]
    assert trace_of(kept) == ["directoryentry.changed", "directoryentry.joined"]


def test_the_old_name_finds_the_kept_one(county, pair):
    kept, other = pair
    join(county.mala_admin, kept, other)
    own = list(DirectoryEntry.objects.filter(principal=county.mala).values_list("pk", flat=True))
    assert search_among("Hjälpmedelscentralen", own).pks[:1] == (kept.pk,)


def test_the_same_form_twice_joins_once_and_other_content_is_refused(county, pair):
    kept, other = pair
    versions = version_of(kept), version_of(other)
    sent = {"by": county.mala_admin, "kept": kept, "other": other, "client_id": same_id(1), "picks": {}}
    for _ in range(2):
        done = join_entries(**sent, version=versions[0], other_version=versions[1])
        assert done.pk == kept.pk
    assert DirectoryJoin.objects.count() == 1
    with pytest.raises(IdClash):
        join_entries(**sent | {"picks": {Part.NAME: Pick.OTHER}}, version=versions[0], other_version="x")


def test_the_second_of_two_administrators_sees_that_it_is_done(county, pair):
    kept, other = pair
    seen = version_of(kept), version_of(other)
    join(county.mala_admin, kept, other)
    for one, two in ((kept, other), (other, kept)):
        with pytest.raises(AlreadyJoined, match="redan sammanförd med Hjälpmedel"):
            join_entries(
                by=county.mala_admin,
                kept=one,
                other=two,
                client_id=same_id(9),
                version=seen[0],
                other_version=seen[1],
                picks={},
            )


@pytest.mark.parametrize("which", [0, 1])
def test_a_change_of_either_since_the_page_was_opened_is_told(county, pair, which):
    kept, other = pair
    seen = [version_of(kept), version_of(other)]
    pair[which].remark = "Nytt."
    pair[which].save()
    with pytest.raises(ChangedMeanwhile):
        join_entries(
            by=county.mala_admin,
            kept=kept,
            other=other,
            client_id=same_id(1),
            version=seen[0],
            other_version=seen[1],
            picks={},
        )
    assert not DirectoryJoin.objects.exists()


def test_nobody_elses_administrator_joins_and_nothing_is_joined_over_the_border(county, pair):
    kept, other = pair
    theirs = make_entry(county.region, "Hjälpmedel", C)
    for by, one, two in (
        (county.region_admin, kept, other),
        (county.cissi, kept, other),
        (county.mala_admin, kept, theirs),
        (county.mala_admin, theirs, kept),
    ):
        with pytest.raises(NotAllowed):
            join(by, one, two)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_the_same_two_at_once_each_way_one_is_told(county, pair):
    kept, other = pair
    versions = {kept: version_of(kept), other: version_of(other)}

    def joining(one: DirectoryEntry, two: DirectoryEntry, n: int) -> DirectoryEntry:
        return join_entries(
            by=county.mala_admin,
            kept=one,
            other=two,
            client_id=same_id(n),
            version=versions[one],
            other_version=versions[two],
            picks={},
        )

    results = at_once([lambda: joining(kept, other, 1), lambda: joining(other, kept, 2)])
    assert [isinstance(result, AlreadyJoined) for result in results].count(True) == 1, results
    assert DirectoryEntry.objects.filter(pk__in=[kept.pk, other.pk], joined_into__isnull=False).count() == 1


class TestFlags:
    def test_a_flag_follows_its_number_with_who_said_it_and_can_be_taken_back(self, county, pair):
        kept, other = pair
        flag_number(by=county.alva, client_id=same_id(70), number=B, entry=other)
        join(county.mala_admin, kept, other)
        now = DirectoryEntry.objects.get(pk=kept.pk)
        assert now.flagged == [digits(B)]
        word = NumberFlag.objects.get(entry=kept)
        assert (word.user, word.number) == (county.alva.user, B)
        withdraw_flag(by=county.alva, client_id=same_id(71), number=B, entry=now)
        assert DirectoryEntry.objects.get(pk=kept.pk).flagged == []
        undo(county.mala_admin, kept)
        assert DirectoryEntry.objects.get(pk=other.pk).flagged == []

    def test_an_undo_gives_the_flag_back_to_its_own(self, county, pair):
        kept, other = pair
        flag_number(by=county.alva, client_id=same_id(70), number=B, entry=other)
        join(county.mala_admin, kept, other)
        undo(county.mala_admin, kept)
        assert DirectoryEntry.objects.get(pk=other.pk).flagged == [digits(B)]
        assert DirectoryEntry.objects.get(pk=kept.pk).flagged == []

    def test_a_flag_alone_follows_where_nothing_else_differs(self, county):
        kept = make_entry(county.mala, "Ett", A)
        other = make_entry(county.mala, "Två", A)
        flag_number(by=county.alva, client_id=same_id(70), number=A, entry=other)
        join(county.mala_admin, kept, other)
        assert DirectoryEntry.objects.get(pk=kept.pk).flagged == [digits(A)]


class TestMainSwitchboard:
    def test_the_choice_follows_and_comes_back(self, county):
        kept = make_entry(county.mala, "Malå växel", A, kind=EntryKind.SWITCHBOARD)
        other = make_entry(county.mala, "Växeln i Malå", B, kind=EntryKind.SWITCHBOARD)
        choose_main_switchboard(by=county.mala_admin, client_id=same_id(60), version="ingen", entry=other)
        join(county.mala_admin, kept, other)
        assert Principal.objects.get(pk=county.mala.pk).main_switchboard == kept
        undo(county.mala_admin, kept)
        assert Principal.objects.get(pk=county.mala.pk).main_switchboard == other

    def test_it_does_not_follow_to_what_is_no_switchboard(self, county, pair):
        kept, _ = pair
        other = make_entry(county.mala, "Växeln i Malå", B, kind=EntryKind.SWITCHBOARD)
        choose_main_switchboard(by=county.mala_admin, client_id=same_id(60), version="ingen", entry=other)
        with pytest.raises(RuleError, match="Välj typen växel") as refused:
            join(county.mala_admin, kept, other)
        assert refused.value.field == "kind"
        join(county.mala_admin, kept, other, n=2, kind=Pick.OTHER)
        assert Principal.objects.get(pk=county.mala.pk).main_switchboard == kept


class TestUndo:
    def test_both_are_as_they_were(self, county, pair):
        kept, other = pair
        verify_entry(by=county.mala_admin, entry=kept, client_id=same_id(80), version=version_of(kept))
        before = columns(kept), columns(other)
        join(county.mala_admin, kept, other, name=Pick.OTHER, hours=Pick.OTHER, remark=Pick.OTHER)
        undone = undo(county.mala_admin, kept)
        assert (columns(kept), columns(other)) == before
        assert undone.moved["stands"] == []
        assert undo_entry_join(by=county.mala_admin, join=undone.undoes, client_id=undone.pk).pk == undone.pk
        with pytest.raises(RuleError, match="redan upplöst"):
            undo_entry_join(by=county.mala_admin, join=undone.undoes, client_id=same_id(99))

    def test_what_somebody_has_changed_since_stands_and_is_named(self, county, pair):
        kept, other = pair
        join(county.mala_admin, kept, other)
        row = DirectoryEntry.objects.get(pk=kept.pk)
        row.owner = "Vaktmästeriet"
        row.save()
        undone = undo(county.mala_admin, kept)
        row.refresh_from_db()
        assert (row.owner, [phone.number for phone in row.phones]) == ("Vaktmästeriet", [A])
        assert undone.moved["stands"] == ["owner"]

    def test_a_name_taken_since_stops_it(self, county, pair):
        kept, other = pair
        join(county.mala_admin, kept, other)
        make_entry(county.mala, other.name, C)
        with pytest.raises(RuleError, match="finns redan"):
            undo(county.mala_admin, kept)
        assert DirectoryEntry.objects.get(pk=other.pk).joined_into == kept

    def test_only_the_own_administrator_undoes(self, county, pair):
        kept, other = pair
        join(county.mala_admin, kept, other)
        with pytest.raises(NotAllowed):
            undo(county.region_admin, kept)


class TestSeveral:
    def test_two_into_one_and_the_first_taken_apart(self, county, pair):
        kept, other = pair
        third = make_entry(county.mala, "Hjälpmedlen", C)
        join(county.mala_admin, kept, other)
        join(county.mala_admin, kept, third, n=2)
        row = DirectoryEntry.objects.get(pk=kept.pk)
        assert [name for name, _ in row.other_names] == ["Hjälpmedelscentralen", "Hjälpmedlen"]
        first = standing_joins(row)[-1]
        undone = undo_entry_join(by=county.mala_admin, join=first, client_id=same_id(51))
        row.refresh_from_db()
        assert row.other_names == [["Hjälpmedlen", ""]]
        # The second join has added to the numbers since.
        assert undone.moved["stands"] == ["numbers"]
        assert DirectoryEntry.objects.get(pk=third.pk).joined_into == row

    def test_one_that_others_are_joined_into_is_the_one_to_keep(self, county, pair):
        kept, other = pair
        join(county.mala_admin, kept, other)
        third = make_entry(county.mala, "Hjälpmedlen", C)
        with pytest.raises(RuleError, match="behåll Hjälpmedel"):
            join(county.mala_admin, third, kept, n=2)

    def test_a_retired_one_is_no_pair(self, county, pair):
        kept, other = pair
        retire_entry(by=county.mala_admin, entry=other)
        with pytest.raises(RuleError, match="inte i bruk"):
            join(county.mala_admin, kept, other)


def test_nothing_of_the_trace_is_lost(county, pair):
    kept, other = pair
    verify_entry(by=county.mala_admin, entry=other, client_id=same_id(80), version=version_of(other))
    rows = AuditEntry.objects.count()
    join(county.mala_admin, kept, other)
    assert AuditEntry.objects.filter(target_id=str(other.pk)).count() == 2
    assert AuditEntry.objects.count() == rows + 3
