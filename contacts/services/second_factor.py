"""The second step at log-in, as an administrator keeps it: for whom it is asked, and of whom it is taken away."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Principal, User
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.permissions import Right
from contacts.rules.second_factor import SecondFactor

from .directory import save_row
from .people import check_kept_here
from .submissions import claim
from .versions import ChangedMeanwhile


def choose_second_factor(*, by: Acting, client_id: UUID, seen: str, chosen: SecondFactor) -> None:
    """Choose for whom the own principal wants it, where `seen` still stands. Raises NotAllowed, ChangedMeanwhile."""
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE)
        principal = Principal.objects.select_for_update(no_key=True).get(pk=by.principal.pk)
        content = {"seen": seen, "chosen": chosen.value}
        if claim(by=by, client_id=client_id, kind="principal.second_factor", content=content) is not None:
            return
        if principal.second_factor != seen:
            raise ChangedMeanwhile
        principal.second_factor = chosen.value
        save_row(by=by, row=principal)


def remove_second_factor(*, by: Acting, person: User) -> None:
    """For who has lost the telephone or the key: the password is enough once, and a new one can be added.

    Raises NotAllowed for oneself and where another principal keeps the person, RuleError where there is none.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, person)
        if person.pk == by.user.pk:
            raise NotAllowed("Ditt eget andra steg tar du bort under Mitt konto.")
        check_kept_here(by, person)
        removed = Authenticator.objects.select_for_update(no_key=True).filter(user=person)
        if not removed:
            raise RuleError(f"{person.full_name} har inget andra steg.")
        for each in removed:
            each.delete()
        audit.record(by=by, action="second_factor.reset", target=person)
