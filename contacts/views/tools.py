"""What views share: the right, a form saved or shown again with everything typed."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from contacts.access import TYPED_BY_FIELD, Acting, ActingRequest, can
from contacts.models import Unit
from contacts.rules.errors import IdClash, NotAllowed, Question, RuleError
from contacts.rules.held import HowHeld
from contacts.rules.permissions import Right
from contacts.services.submissions import keep_clash
from contacts.services.versions import ChangedMeanwhile
from contacts.webforms.differences import own_data
from contacts.webforms.fields import AsksQuestions

# The form fields nobody types: CSRF token, mark, questions asked, and whether it was held and taken up again.
NOT_CONTENT = frozenset({"csrfmiddlewaretoken", TYPED_BY_FIELD, "held", "taken_up", "asked"})
Form = TypeVar("Form", bound=forms.Form)
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_BESIDE = {"number": "number_0"}


def held_as(how: HowHeld) -> Callable[[View], View]:
    """Declares what a POST to the view is to its sender, should it have to be held."""

    def marked(view: View) -> View:
        view.held_as = how  # type: ignore[attr-defined]
        return view

    return marked


def require_keeper(request: ActingRequest) -> None:
    """403 where the person keeps no contacts."""
    require(request.acting, Right.MANAGE_DIRECTORY)


def require(acting: Acting, right: Right) -> None:
    """403 with the reason where the role lacks the right."""
    if not can(acting, right):
        raise PermissionDenied("Din roll ger inte rätt till sidan.")


def led_to_joined(request: ActingRequest, unit: Unit, address: str) -> HttpResponse | None:
    """Redirects from the address of a unit that was joined into another to that one's; None for any other unit."""
    if unit.joined_into is None:
        return None
    messages.info(request, f"{unit.name} är sammanförd med {unit.joined_into.name}, som visas här.")
    return redirect(address, unit.joined_into.pk)


def keep_what_came(request: ActingRequest, client_id: UUID) -> None:
    """Store, in full, what came under an id that was used for something else."""
    content = {k: request.POST.getlist(k) for k in request.POST if k not in NOT_CONTENT}
    keep_clash(by=request.acting, client_id=client_id, content=content)


def page_of_form(request: ActingRequest, template: str, **context: object) -> Callable[..., HttpResponse]:
    """Renders a form on its page, with more of the page's context where there is more."""

    def show(form: forms.Form, status: int = 200, **more: object) -> HttpResponse:
        return render(request, template, {"form": form, **context, **more}, status=status)

    return show


def file_answer(content: bytes, content_type: str, filename: str) -> HttpResponse:
    """A file to download, which no cache stores."""
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


def save_or_show(
    request: ActingRequest,
    form: Form,
    *,
    save: Callable[[], HttpResponse],
    show: Callable[[Form, int], HttpResponse],
    changed: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Show a form, and save it when it is posted; where that fails, show it again with everything typed and a
    sentence by its field.

    A field's `note` on how it was read is shown with the save. A form that was held is only shown. `changed` answers
    where somebody else changed the row meanwhile; an id used before with other content answers 409, keeps both and
    gives the form a new id, so that it can be saved as one of its own. A Question is put in the form, to be answered
    and sent again with all else.
    """
    if "held" in request.POST:
        request.shown_again = form
    if "held" in request.POST or request.method != "POST":
        return show(form, 200)
    if not form.is_valid():
        return show(form, 422)
    try:
        saved = save()
    except NotAllowed as error:
        raise PermissionDenied(error.reason) from None
    except ChangedMeanwhile as error:
        if changed is not None:
            return changed()
        form.add_error(None, error.reason)
        return show(form, 409)
    except IdClash as error:
        keep_what_came(request, form.cleaned_data["client_id"])
        form.add_error(None, error.reason)
        renew(form)
        return show(form, 409)
    except RuleError as error:
        _say_in(form, error)
        return show(form, 422)
    for field in form.fields.values():
        if note := getattr(field, "note", ""):
            messages.info(request, note)
    return saved


def _say_in(form: forms.Form, error: RuleError) -> None:
    """Put a question, or each sentence beside the field it is about."""
    by_field = getattr(error, "fields", None)
    if isinstance(error, Question) and isinstance(form, AsksQuestions):
        form.ask(error)
    elif by_field and hasattr(form, "add_service_errors"):
        form.add_service_errors(by_field)
    else:
        field = error.field if error.field in form.fields else _BESIDE.get(error.field or "")
        form.add_error(field if field in form.fields else None, error.reason)


def renew(form: forms.Form, version: str | None = None, **more: object) -> None:
    """Set on a redisplayed form a new id, and the version that it would now replace, so that it can be saved."""
    data = own_data(form)
    data["client_id"] = str(uuid4())
    if version is not None:
        more["version"] = version
    for name, value in more.items():
        data[name] = str(value)
