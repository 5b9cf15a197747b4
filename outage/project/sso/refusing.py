"""The page that says why a log-in through the identity provider came to nothing, and what to do instead."""

import logging
import traceback

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .door import CLOSED_SECONDS, NotReached
from .provider import the_provider

logger = logging.getLogger(__name__)


def refused(
    request: HttpRequest, sentence: str, status: int = 403, *, by_emergency_code: bool = False
) -> HttpResponse:
    page = {"title": "Inloggningen gick inte", "text": sentence, "by_emergency_code": by_emergency_code}
    return render(request, "errors/error.html", page, status=status)


def cancelled(request: HttpRequest) -> HttpResponse:
    return refused(request, "Inloggningen avbröts. Inget har hänt.")


def untrusted(
    request: HttpRequest, error: Exception | None = None, *, about_nobody: bool = False
) -> HttpResponse:
    """Whatever failed on the way. The log has where; in which words too where they were `about_nobody`."""
    provider = the_provider()
    name = provider.name if provider else ""
    if isinstance(error, NotReached):
        logger.warning("identity provider: %s", error)
        response = refused(
            request,
            f"{name} svarar inte. Logga in med användarnamn och lösenord, med passnyckel, eller med en nödkod från "
            "enhetens pärm. Eller försök igen om en halv minut.",
            503,
            by_emergency_code=True,
        )
        response.headers["Retry-After"] = str(CLOSED_SECONDS)
        return response
    where = "".join(traceback.format_tb(error.__traceback__)) if error else ""
    words = str(error) if about_nobody else ""
    logger.warning("identity provider: %s %s\n%s", type(error).__name__, words, where)
    return refused(
        request,
        f"Svaret från {name} gick inte att lita på, eller var för gammalt. Försök igen, "
        "eller logga in med användarnamn och lösenord.",
    )
