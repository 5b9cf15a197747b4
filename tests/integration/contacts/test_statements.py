"""A statement that is run in fewer steps than Django's does what it does there, and is refused where it is."""

from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Submission, Unit
from contacts.models.statements import a_row, all_rows, answer, rows_done

pytestmark = pytest.mark.django_db

UNITS = "SELECT id, name FROM contacts_unit WHERE id > %s AND name NOT LIKE '%%{' ORDER BY id"


def by_django(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def test_rows_are_those_that_a_cursor_of_django_finds(county):
    wanted = by_django(UNITS, [0])
    assert len(wanted) > 1
    assert answer(connection, UNITS, [0], all_rows) == wanted
    assert answer(connection, UNITS, [0], a_row) == wanted[0]
    assert answer(connection, UNITS, [10**9], a_row) is None


def test_how_many_rows_a_change_was_done_to(county):
    change = "UPDATE contacts_unit SET name = %s WHERE id = %s"
    assert answer(connection, change, ["100 %s {}", county.ward.pk], rows_done) == 1
    assert answer(connection, change, ["x", 10**9], rows_done) == 0
    assert Unit.objects.get(pk=county.ward.pk).name == "100 %s {}"


def test_who_counts_or_watches_is_told_of_it(county):
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert answer(connection, UNITS, [0], all_rows) == by_django(UNITS, [0])
    assert seen == [UNITS, UNITS]
    with CaptureQueriesContext(connection) as asked:
        answer(connection, UNITS, [0], all_rows)
    assert len(asked) == 1


def test_what_the_database_refuses_is_raised_as_django_raises_it(county):
    twice = (
        "INSERT INTO contacts_submission (id, kind, content_hash, user_id, at) VALUES (%s, %s, %s, %s, %s)"
    )
    field = Submission._meta.pk
    row = [field.get_db_prep_value(uuid4(), connection), "x", "0" * 64, county.alva.user.pk]
    row.append(connection.ops.adapt_datetimefield_value(timezone.now()))
    answer(connection, twice, row, rows_done)
    with pytest.raises(IntegrityError), transaction.atomic():
        answer(connection, twice, row, rows_done)
    with pytest.raises((OperationalError, ProgrammingError, DataError)), transaction.atomic():
        answer(connection, "SELECT id FROM no_such_table WHERE id = %s", [1], all_rows)
    assert Submission.objects.count() == 1


def test_nothing_is_run_in_a_transaction_that_has_failed(county):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            answer(connection, UNITS, [0], all_rows)


def test_a_row_whose_key_is_taken_is_not_written_and_the_transaction_goes_on(county):
    number = uuid4()

    def row(kind, pk=number):
        return Submission(id=pk, kind=kind, content_hash="0" * 64, user=county.alva.user)

    with transaction.atomic():
        assert row("first").save_unless_there()
        assert not row("second").save_unless_there()
        # An id is looked for among all: another's takes it too.
        assert row("another", uuid4()).save_unless_there()
    assert sorted(Submission.objects.values_list("kind", flat=True)) == ["another", "first"]
    assert Submission.objects.get(pk=number).at is not None


def test_what_is_taken_back_does_not_take_the_key(county):
    number = uuid4()
    for _ in range(2):
        with transaction.atomic():
            row = Submission(id=number, kind="x", content_hash="0" * 64, user=county.alva.user)
            assert row.save_unless_there()
            transaction.set_rollback(True)
    assert not Submission.objects.exists()
