"""A print as the browser gets it."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render

from contacts.access import ActingRequest
from contacts.rules.errors import IdClash, NotAllowed, NotYours, Question, RuleError
from forms.rendering import PrintingUnavailable
from forms.services.printing import PrintedFile

_USED = "Sidan du skrev ut från är redan använd till en annan utskrift. Läs in den igen och skriv ut."


def press_of(request: ActingRequest) -> UUID:
    """400 where the form has none."""
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        raise BadRequest from None


def pdf_answer(request: ActingRequest, make: Callable[[], PrintedFile]) -> HttpResponse:
    """Show what `make` prints in the browser's own viewer; where it cannot, a page that says why.

    That is 403 without the right, 503 where the server cannot print, 409 for an id used for another print and for any
    other reason. A Question goes on to the form that can ask it.
    """
    try:
        printed = make()
    except Question:
        raise
    except NotYours:
        raise Http404 from None
    except NotAllowed as error:
        raise PermissionDenied(error.reason) from None
    except IdClash:
        return _sorry(request, _USED, 409)
    except PrintingUnavailable as error:
        return _sorry(request, error.reason, 503)
    except RuleError as error:
        return _sorry(request, error.reason, 409)
    return HttpResponse(
        printed.pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{printed.filename}"',
            "Cache-Control": "no-store, private",
        },
    )


def _sorry(request: ActingRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "forms/unavailable.html", {"reason": reason}, status=status)
