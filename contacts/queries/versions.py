"""Which version of a row a page was made from, so that nobody overwrites what somebody else wrote meanwhile."""

import hashlib
import json

from contacts.models import DirectoryEntry, Membership, Unit, User

# That somebody confirmed a row, or logged in, is no other content; the keys are made from the rest.
_NOT_CONTENT = frozenset(
    {
        *("id", "verified_at", "verified_by_id", "retired_by_id"),
        *("password", "last_login", "contact_columns", "reminds_outside"),
    }
)


def version_of(row: DirectoryEntry | Unit | User | Membership) -> str:
    """Changes as soon as the row holds something else, a flagged number included."""
    content = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in _NOT_CONTENT and not field.attname.endswith("_key")
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
