"""One-time codes for many, made and typeset in one go: what they are stands in the file that is handed out alone."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts.access import Acting
from contacts.models import User
from contacts.services.many_codes import keep_codes, new_codes
from forms.presenters.code_slips import slips_part
from forms.services.printing import PrintedFile, typeset


def print_code_slips(
    *,
    by: Acting,
    people: Collection[User],
    client_id: UUID,
    answers: Mapping[str, str],
    address: str,
    hand_out: Callable[[PrintedFile], None] | None = None,
) -> PrintedFile:
    """Print a slip with a new code for each of the people; `address` is where it is used.

    The former codes hold until these could be typeset. As with emergency codes no sheet and no export is kept.
    `hand_out` is called before the transaction commits: what it raises rolls the codes back. Raises
    PrintingUnavailable, and as `new_codes` and `keep_codes`.
    """
    codes = new_codes(by=by, people=people, client_id=client_id, answers=answers)
    now = timezone.now()
    part = slips_part(codes=codes, by=by, address=address, now=now)
    rendered = typeset([part], title=part.title)
    printed = PrintedFile(rendered.pdf, f"engangskoder-{timezone.localdate(now).isoformat()}.pdf")
    with transaction.atomic():
        keep_codes(by=by, codes=codes, client_id=client_id, answers=answers)
        if hand_out:
            hand_out(printed)
    return printed
