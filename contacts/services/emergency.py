"""Emergency codes: printed ahead for a unit by an administrator, each used once by somebody who works there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, acting_in, check_may
from contacts.models import EmergencyCode, EmergencyLogIn, EmergencySheet, Membership, Unit, User
from contacts.queries.emergency import sheets_that_hold
from contacts.queries.joined import in_use_now
from contacts.queries.people import IN_FORCE, person_to_log_in
from contacts.rules.emergency import LOG_IN_LASTS, ROLES, SHEET_LASTS, check_reason, holds
from contacts.rules.errors import RuleError
from contacts.rules.login_codes import tidy_code
from contacts.rules.permissions import Right

from .codes import hash_of
from .submissions import claim

_USE = "contacts.emergency-code"
# One sentence for every failure: it tells neither who there is, nor where they work, nor whether a code has been used.
NOT_USABLE = (
    "Nödkoden går inte att använda med det du skrev. Kontrollera användarnamnet och koden. En kod gäller en gång, "
    "och bara för den som arbetar på enheten som står på bladet. Ta nästa kod på bladet, "
    "eller be din administratör om hjälp."
)


def check_may_make_sheet(by: Acting, unit: Unit) -> None:
    """Raises NotAllowed, NotYours, and RuleError for a unit out of use."""
    check_may(by, Right.MANAGE_PEOPLE, unit)
    if not unit.active:
        raise RuleError("Enheten är ur bruk. Ingen kan logga in för den.")


def keep_emergency_sheet(
    *, by: Acting, unit: Unit, client_id: UUID, codes: Sequence[str], at: datetime
) -> EmergencySheet:
    """Keep the hashes of codes that stand on a sheet printed at an aware moment; those of the unit's former sheets no
    longer hold. Raises as `check_may_make_sheet`, IdClash, and RuleError where this press was answered before.
    """
    with transaction.atomic():
        check_may_make_sheet(by, unit)
        if claim(by=by, client_id=client_id, kind="emergency.print", content={"unit": unit.pk}) is not None:
            raise RuleError(
                "Bladet visades en gång och visas inte igen. Är det borta, läs in enhetens sida igen och gör ett nytt."
            )
        sheet = EmergencySheet(unit=unit, at=at, by=by.user, expires_at=at + SHEET_LASTS)
        sheet.save()
        for number, code in enumerate(codes, 1):
            EmergencyCode(sheet=sheet, number=number, code_hash=hash_of(code, _USE)).save()
        changes = {"unit": unit.pk, "codes": len(codes)}
        audit.record(by=by, action="emergency_codes.printed", target=sheet, changes=changes)
        return sheet


def use_emergency_code(*, by: str, code: str, reason: str, note: str = "") -> EmergencyLogIn:
    """Use up a code; `by` is the user name or HSA-id as typed. Gives the row, whose person is to be logged in.

    Raises RuleError: beside `reason` or `note`, else with the one sentence.
    """
    check_reason(reason, note)
    with transaction.atomic():
        person, now = person_to_log_in(by), timezone.now()
        found = EmergencyCode.objects.filter(code_hash=hash_of(tidy_code(code), _USE))
        row = found.select_related("sheet__unit__joined_into").first()
        unit = in_use_now(row.sheet.unit) if row else None
        works = _membership(person, unit) if person and unit else None
        if (
            row is None
            or works is None
            or not holds(row.sheet in sheets_that_hold(works.unit), row.sheet.expires_at, now)
        ):
            raise RuleError(NOT_USABLE)
        log_in = EmergencyLogIn(
            code=row, membership=works, at=now, until=now + LOG_IN_LASTS, reason=reason, note=note.strip()
        )
        try:
            with transaction.atomic():
                log_in.save()
        except IntegrityError:
            # Used before; of two at once the database lets one in.
            raise RuleError(NOT_USABLE) from None
        # Not the note, which is a person's own words; nor the code.
        changes = {"reason": reason, "sheet": row.sheet.pk, "number": row.number}
        audit.record(by=acting_in(works), action="emergency_login", target=log_in, changes=changes)
        return log_in


def _membership(person: User, unit: Unit) -> Membership | None:
    """Where the code lets the person in. A coordinator who is staff there too is in as coordinator."""
    rows = Membership.objects.filter(IN_FORCE, user=person, unit=unit, role__in=ROLES)
    return rows.select_related("user", "unit__principal").order_by("role", "pk").first()
