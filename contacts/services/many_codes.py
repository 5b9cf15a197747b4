"""One-time codes for many people at once, on slips that are printed together."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.models import Submission, User
from contacts.queries.login_codes import chosen_people
from contacts.rules.errors import NotAllowed, Question, RuleError
from contacts.rules.login_codes import CANCEL, MOST_SLIPS, cancelled_words
from contacts.rules.people import NO_CODE_HERE, OWN_CODE
from contacts.rules.permissions import Right

from .passwords import NewCode, keep_code
from .submissions import claim

_SHOWN = "Koderna visades en gång och visas inte igen. Är de borta, läs in sidan igen och gör nya."
NO, YES = "no", "yes"


def new_codes(
    *, by: Acting, people: Collection[User], client_id: UUID, answers: Mapping[str, str]
) -> list[NewCode]:
    """A new code for each, by unit and name, to be printed first and then kept by `keep_codes`.

    Raises NotAllowed, NotYours, RuleError for who can have none here and for a press that was answered before, and a
    Question with the number of codes that would no longer hold.
    """
    if Submission.objects.filter(pk=client_id).exists():
        raise RuleError(_SHOWN)
    now = timezone.now()
    return [NewCode.of(person, now) for person in check_codes(by, people, answers)]


def keep_codes(*, by: Acting, codes: Sequence[NewCode], client_id: UUID, answers: Mapping[str, str]) -> None:
    """Store codes that are printed; the former ones of their people no longer hold. Each leaves its audit row.

    Raises as `new_codes`, and IdClash.
    """
    people = [made.person for made in codes]
    ids = sorted(person.pk for person in people)
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="codes.print", content={"people": ids}) is not None:
            raise RuleError(_SHOWN)
        # Locked in one order: of two who print at once the second is asked about the codes of the first.
        list(User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
        check_codes(by, people, answers)
        for made in codes:
            keep_code(by, made)


def check_codes(by: Acting, people: Collection[User], answers: Mapping[str, str]) -> tuple[User, ...]:
    """The people as they are now, in the order of their slips. Raises as `new_codes`, but not for a press that was
    answered before.
    """
    check_may(by, Right.MANAGE_PEOPLE, *people)
    ids = {person.pk for person in people}
    if by.user.pk in ids:
        raise NotAllowed(OWN_CODE)
    found = chosen_people(by, timezone.now(), ids)
    if not 0 < len(found) <= MOST_SLIPS:
        raise RuleError(f"Välj minst en och högst {MOST_SLIPS} personer.")
    if len(found) < len(ids):
        raise NotAllowed(NO_CODE_HERE)
    holding = sum(person.code_until is not None for person in found)  # type: ignore[attr-defined]
    if holding:
        choices = ((YES, "Ja, skriv ut nya koder"), (NO, "Nej, jag väljer andra personer"))
        if Question(CANCEL, cancelled_words(holding), choices).settled(answers) == NO:
            raise RuleError("Inget är utskrivet. Ta bort krysset för dem som ska behålla sin kod.")
    return found
