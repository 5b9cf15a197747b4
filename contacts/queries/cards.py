"""An entry as a card for a telephone."""

from datetime import datetime

from contacts.models import DirectoryEntry
from contacts.vcards import CardSource
from contacts.verification import still_verified


def card_source(entry: DirectoryEntry, now: datetime) -> CardSource:
    """Give what an entry's card says at the aware moment `now`; its note names the numbers said not to work."""
    flagged = [phone.number for phone in entry.phones if entry.is_flagged(phone.number)]
    remark = [entry.remark] if entry.remark else []
    if flagged:
        remark.append(f"Anmält: fungerar inte: {', '.join(flagged)}")
    return CardSource(
        entry_id=entry.pk,
        principal=entry.principal.name,
        name=entry.name,
        first_name=entry.first_name,
        last_name=entry.last_name,
        title=entry.title,
        department=entry.department,
        numbers=entry.phones,
        hours=entry.hours,
        remark="\n".join(remark),
        verified=still_verified(entry.verified_at, now),
        changed_at=now,
    )
