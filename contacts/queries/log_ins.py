"""Reads of log-ins."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from .prepared import prepared


@prepared
def unexpired(key: str, now: datetime) -> QuerySet[Session]:
    """The log-in with that key where it has not expired."""
    return Session.objects.filter(session_key=key, expire_date__gt=now)
