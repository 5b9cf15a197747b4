"""A form carries a client-made id: sent twice it is one row, and other content under the same id is kept beside."""

import pytest
from django.db import transaction

from contacts.access import Acting
from contacts.models import Submission, SubmissionClash
from contacts.rules.errors import IdClash
from contacts.services.submissions import claim, keep_clash
from tests.factories import County, at_once, make_county, same_id

FORM = same_id(1)


def send(by: Acting, content: dict[str, object], kind: str = "call") -> Submission | None:
    with transaction.atomic():
        return claim(by=by, client_id=FORM, kind=kind, content=content)


def test_a_new_id_is_free(county: County):
    assert send(county.alva, {"a": 1}) is None


def test_the_same_content_again_gives_the_first_row_whatever_the_order_of_its_keys(county: County):
    send(county.alva, {"a": 1, "b": "åäö"})
    first = send(county.alva, {"b": "åäö", "a": 1})
    assert first is not None
    assert (first.pk, first.user) == (FORM, county.alva.user)
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "content", "kind"),
    [
        pytest.param("alva", {"a": 2}, "call", id="other content"),
        pytest.param("alva", {"a": 1}, "chain", id="another kind of form"),
        pytest.param("bo", {"a": 1}, "call", id="another person"),
    ],
)
def test_an_id_that_is_taken_clashes(county: County, who: str, content: dict[str, object], kind: str):
    send(county.alva, {"a": 1})
    with pytest.raises(IdClash, match="redan sparat med annat innehåll") as clash:
        send(county.somebody(who), content, kind)
    # Only whoever saved that very form is told of it.
    own = who == "alva" and kind == "call"
    saved = Submission.objects.get()
    assert (clash.value.first, clash.value.at) == ((FORM, saved.at) if own else (None, None))
    assert Submission.objects.get().content_hash == Submission.objects.get(user=county.alva.user).content_hash


def test_a_clash_is_kept_whole_and_once(county: County):
    send(county.alva, {"a": 1})
    kept = [
        keep_clash(by=county.alva, client_id=FORM, content={"a": 2, "text": "Rad ett\nåäö"}) for _ in "12"
    ]
    assert kept[0] == kept[1]
    row = SubmissionClash.objects.get()
    assert row.content == {"a": 2, "text": "Rad ett\nåäö"}
    assert (row.submission_id, row.user) == (FORM, county.alva.user)
    keep_clash(by=county.alva, client_id=FORM, content={"a": 3})
    assert SubmissionClash.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_resends_at_the_same_time_give_one_row():
    county = make_county()
    results = at_once([lambda: send(county.alva, {"a": 1})] * 4)
    assert sum(result is None for result in results) == 1
    assert [result.pk for result in results if result is not None] == [FORM] * 3
    assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_send_other_content_at_the_same_time_both_get_their_clash_kept():
    county = make_county()
    send(county.alva, {"a": 1})
    results = at_once([lambda: keep_clash(by=county.alva, client_id=FORM, content={"a": 2})] * 4)
    assert {type(result) for result in results} == {SubmissionClash}
    assert SubmissionClash.objects.count() == 1
