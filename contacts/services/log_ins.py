"""What a log-in remembers from page to page."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models.sql import Query

from contacts.queries.prepared import prepared_write, updating


@prepared_write
def rewrite_log_in(key: str, content: str, expires: datetime) -> Query:
    return updating(Session.objects.filter(session_key=key), session_data=content, expire_date=expires)
