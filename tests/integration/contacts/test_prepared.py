"""A query that is put together once says what the query itself says, whatever its values."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.sql import Query
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import (
    AuditEntry,
    Membership,
    PageChange,
    Principal,
    Submission,
    TrailSeal,
    Unit,
    User,
)
from contacts.models.base import AppendOnlyError
from contacts.models.inserting import MOST_AT_ONCE, insert_all
from contacts.queries.prepared import (
    MOST_IN_GROUP,
    deleting,
    hand_out,
    prepared,
    prepared_write,
    updating,
)

pytestmark = pytest.mark.django_db


def in_units(*unit_ids: int) -> QuerySet[User]:
    return User.objects.filter(memberships__unit__in=unit_ids).order_by("pk").distinct()


def units_since(principal_id, moment) -> QuerySet[Unit]:
    used = AuditEntry.objects.filter(at__gte=moment).values("unit")
    return Unit.objects.filter(principal=principal_id, pk__in=used).select_related("principal").order_by("pk")


def test_each_number_of_values_finds_what_the_query_finds(county):
    ask = prepared(in_units)
    units = list(Unit.objects.values_list("pk", flat=True))
    for count in (0, 1, 2, 1, 3, MOST_IN_GROUP, MOST_IN_GROUP + 1):
        values = [*units, *range(10**6, 10**6 + count)][:count]
        assert ask(*values) == list(in_units(*values)), count
    assert ask(county.ward.pk) != ask(county.social_care.pk)
    assert ask(county.ward.pk, county.ward.pk) == ask(county.ward.pk)


def test_values_of_several_kinds_stand_in_their_places(county):
    AuditEntry.objects.create(
        action="call.logged", unit=county.ward, user=county.alva.user, target_type="x", target_id="1"
    )
    ask, now = prepared(units_since), timezone.now()
    region, other = county.ward.principal, Principal.objects.exclude(pk=county.ward.principal_id).first()
    assert ask(region.pk, now - timedelta(minutes=1)) == [county.ward]
    assert ask(region.pk, now + timedelta(minutes=1)) == []
    assert ask(other.pk, now - timedelta(minutes=1)) == []


def test_texts_are_taken_as_they_stand(county):
    def called(name: str, first: str) -> QuerySet[User]:
        return User.objects.filter(last_name=name, first_name=first)

    ask = prepared(called)
    for name, first in (
        ("O'Neill 100 %", "Åsa"),
        ("Åsa", "O'Neill 100 %"),
        ("", "%s"),
        ("7305190:1", "7305190:0"),
    ):
        user = User.objects.create(username=f"{name}{first}", first_name=first, last_name=name)
        assert ask(name, first) == [user], name
    assert ask("Åsa", "Åsa") == []


def test_groups_of_any_length_and_days_find_what_the_query_finds(county):
    def written(unit_ids: tuple[int, ...], names: tuple[str, ...], since: date) -> QuerySet[User]:
        there = Q(memberships__unit__in=unit_ids) | Q(last_name__in=names)
        return User.objects.filter(there, date_joined__date__gte=since).order_by("pk").distinct()

    ask, today = prepared(written), timezone.localdate()
    units, names = list(Unit.objects.values_list("pk", flat=True)), ["O'Neill %s", county.alva.user.last_name]
    for count in (0, 1, 2, 3, 5, MOST_IN_GROUP + 1):
        group = tuple([*units, *range(10**6, 10**6 + count)][:count])
        for called in ((), tuple(names[:1]), tuple(names)):
            for day in (today, today + timedelta(days=1)):
                found = list(written(group, called, day))
                assert ask(group, called, day) == found, (count, called, day)
    assert ask((), (), today) == []
    assert county.alva.user in ask((), tuple(names), today)


def test_rows_are_as_django_makes_them(county):
    def entries(kind: str) -> QuerySet[Membership]:
        first = Unit.objects.filter(pk=OuterRef("unit")).values("name")[:1]
        found = Membership.objects.filter(role=kind).annotate(where=Subquery(first)).order_by("pk")
        return found.select_related("unit__joined_into", "user").only(
            "role", "unit__name", "unit__joined_into", "user"
        )

    kind = county.alva.membership.role
    made, known = prepared(entries)(kind), list(entries(kind))
    for one, other in zip(made, known, strict=True):
        for row, django in ((one, other), (one.unit, other.unit), (one.user, other.user)):
            assert {k: v for k, v in vars(row).items() if k != "_state"} == {
                k: v for k, v in vars(django).items() if k != "_state"
            }
            assert (row._state.db, row._state.adding) == (django._state.db, False)
            assert row.get_deferred_fields() == django.get_deferred_fields()
            assert row._state.fields_cache.keys() == django._state.fields_cache.keys()
        assert one.title == other.title
    columns = prepared(lambda kind: entries(kind).values_list("where", "pk", "unit__name"))
    assert columns(kind) == list(entries(kind).values_list("where", "pk", "unit__name"))
    with pytest.raises(TypeError, match="no rows of the kind"):
        prepared(lambda kind: entries(kind).values("pk"))(kind)


def test_it_is_put_together_once(county):
    made = []

    @prepared
    def ask(principal_id: int) -> QuerySet[Unit]:
        made.append(principal_id)
        return Unit.objects.filter(principal=principal_id)

    for principal in Principal.objects.all():
        assert {unit.principal_id for unit in ask(principal.pk)} <= {principal.pk}
    assert len(made) == 1


def test_a_value_that_is_none_of_the_query_is_refused():
    with pytest.raises(TypeError, match="no parameter"):
        prepared(lambda unit_id: Unit.objects.filter(name__contains=unit_id))(1)


def test_a_prepared_change_does_what_the_change_does_and_history_is_refused(county):
    @prepared_write
    def rename(user_ids: tuple[int, ...], name: str) -> Query:
        return updating(User.objects.filter(pk__in=user_ids), last_name=name)

    @prepared_write
    def drop(change_ids: tuple[int, ...]) -> Query:
        return deleting(PageChange.objects.filter(pk__in=change_ids))

    users = tuple(User.objects.order_by("pk").values_list("pk", flat=True)[:3])
    for count, name in ((0, "Ingen"), (1, "O'Neill 100 %"), (3, "%s"), (1, "7305190:0")):
        assert rename(users[:count], name) == count
        assert User.objects.filter(last_name=name).count() == count
    changes = [PageChange.objects.create(scope="all").pk for _ in range(4)]
    assert drop(tuple(changes[:3])) == 3
    assert drop(tuple(changes[:1])) == 0
    assert [*PageChange.objects.filter(pk__in=changes).values_list("pk", flat=True)] == changes[3:]
    with pytest.raises(AppendOnlyError):
        updating(AuditEntry.objects.filter(pk=1), action="x")
    with pytest.raises(AppendOnlyError):
        deleting(AuditEntry.objects.filter(pk=1))
    with pytest.raises(TypeError, match="points at"):
        deleting(Unit.objects.filter(pk=1))


@pytest.mark.parametrize("count", [0, 1, 2, 5, MOST_AT_ONCE + 1])
def test_several_rows_are_inserted_as_django_inserts_them(county, count):
    def written(write) -> list[tuple[object, ...]]:
        last = max([0, *PageChange.objects.values_list("pk", flat=True)])
        now = timezone.now()
        write([PageChange(scope=f"unit:{n} %s", at=now + timedelta(days=n)) for n in range(count)])
        rows = PageChange.objects.filter(pk__gt=last).order_by("pk").values_list("scope", "at")
        return [(scope, at - now) for scope, at in rows]

    for _ in range(2):
        assert written(insert_all) == written(PageChange.objects.bulk_create)


def test_rows_handed_out_are_those_of_their_owner_and_are_not_narrowed(county):
    principals = list(Principal.objects.all())
    hand_out(principals, "units", Unit.objects.order_by("name"))
    for principal in principals:
        assert list(principal.units.all()) == list(Unit.objects.filter(principal=principal).order_by("name"))
        assert all(unit.principal is principal for unit in principal.units.all())
    with pytest.raises(TypeError, match="read already"):
        principals[0].units.filter(active=True)
    hand_out(principals[:1], "units", Unit.objects.order_by("name"))
    assert {unit.principal for unit in principals[0].units.all()} <= {principals[0]}


def test_a_row_of_history_is_refused_where_a_text_is_too_long(county):
    before = AuditEntry.objects.count()
    with pytest.raises(ValidationError):
        AuditEntry.objects.create(action="x" * 500, target_type="x", target_id="1")
    with pytest.raises(ValidationError):
        Submission.objects.create(id=uuid4(), kind="x" * 500, user=county.alva.user)
    assert (AuditEntry.objects.count(), Submission.objects.count()) == (before, 0)


def test_a_row_of_history_is_inserted_as_django_inserts_it(county, monkeypatch):
    now, number = timezone.now(), uuid4()
    monkeypatch.setattr("contacts.models.trail.new_nonce", lambda: "0" * 16)

    def rows() -> list[Model]:
        told = {"changes": {"å %s": [1, None]}, "origin": "%s", "at": now}
        return [
            AuditEntry(action="x", user=county.alva.user, unit=county.ward, chain=number, **told),
            AuditEntry(action="y", at=now),
            Submission(id=number, kind="x", content_hash="0" * 64, user=county.alva.user, at=now),
            TrailSeal(number=7, at=now, upto=8, ranges="8", digest="0" * 64),
        ]

    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            for row in rows():
                with transaction.atomic():
                    row.save()
                    assert not row._state.adding
                    assert type(row).objects.filter(pk=row.pk).exists()
                    transaction.set_rollback(True)
        return [each["sql"] for each in asked if each["sql"].startswith("INSERT")]

    ours = [*statements(), *statements()]
    monkeypatch.setattr("contacts.models.base.inserted", lambda *_: None)
    assert ours == statements() * 2
