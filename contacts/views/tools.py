"""What views share: the right, the row of an address, a page with a form, a press."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from contacts.access import TYPED_BY_FIELD, Acting, ActingRequest, can
from contacts.models import Unit
from contacts.models.encrypted import KeyDestroyed
from contacts.presenters.keeping import Difference
from contacts.queries.submissions import saved_when
from contacts.rules.errors import IdClash, NotAllowed, NotYours, Question, RuleError
from contacts.rules.held import HowHeld
from contacts.rules.permissions import Right
from contacts.seen import refuses
from contacts.services.submissions import keep_clash
from contacts.services.versions import ChangedMeanwhile
from contacts.webforms.differences import form_differences, own_data
from contacts.webforms.fields import AsksQuestions

# The form fields nobody types: CSRF token, mark, questions asked, and whether it was held and taken up again.
NOT_CONTENT = frozenset({"csrfmiddlewaretoken", TYPED_BY_FIELD, "held", "taken_up", "asked"})
Found = TypeVar("Found")
Of = ParamSpec("Of")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_BESIDE = {"number": "number_0"}


def held_as(how: HowHeld, form: type[forms.Form] | None = None) -> Callable[[View], View]:
    """Declares what a POST to the view is to its sender, should it have to be held. `form` has the words for what was
    typed, where the view can no longer show it.
    """

    def marked(view: View) -> View:
        view.held_as, view.held_in = how, form  # type: ignore[attr-defined]
        return view

    return marked


def require_keeper(request: ActingRequest) -> None:
    """403 where the person keeps no contacts."""
    require(request.acting, Right.MANAGE_DIRECTORY)


def require(acting: Acting, right: Right) -> None:
    """403 with the reason where the role lacks the right."""
    if not can(acting, right):
        refuses(right.value)
        raise PermissionDenied("Din roll ger inte rätt till sidan.")


def get_or_404(read: Callable[Of, Found | None], *args: Of.args, **kwargs: Of.kwargs) -> Found:
    """What `read` finds; 404 for nothing, also for what the acting person may not see: that it exists is not told."""
    try:
        found = read(*args, **kwargs)
    except ObjectDoesNotExist:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def asks_for_part(request: ActingRequest) -> bool:
    """Whether what asks, by htmx, shows a part of the page. A boosted form is answered with a whole one, also where it
    is led on.
    """
    return bool(request.htmx) and not request.htmx.boosted


def uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


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


def file_answer(content: bytes, content_type: str, filename: str) -> HttpResponse:
    """A file to download, which no cache stores."""
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


def sent(request: ActingRequest) -> tuple[Any, ...]:
    """What a form with a file is made from: what was posted, nothing where the page is only asked for."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


_PRESSED = (
    "Ett annat tryck på samma ställe är redan sparat. Se hur det står nu, och tryck igen om det behövs."
)


def is_saved(request: ActingRequest) -> bool:
    """Whether the form that came was saved by the same person before. The answer may have been lost, and what could be
    chosen was then used up by its own saving.
    """
    return bool(saved_when(request.acting.user, request.POST.getlist("client_id")))


@contextmanager
def told_if_refused(
    request: ActingRequest, before: str = "", after: str = "", *, clash: str = _PRESSED
) -> Iterator[None]:
    """Round what a press does: why it is refused is told on the next page, between `before` and `after`.

    `clash` is told instead of the reason where the press's id was used before with other content: nobody typed it, and
    the second press is not kept.
    """
    try:
        yield
    except NotYours:
        raise Http404 from None
    except RuleError as error:
        reason = clash if isinstance(error, IdClash) else f"{error.reason} {after}"
        messages.error(request, f"{before} {reason}".strip())


def check_sent(form: forms.Form) -> None:
    """Raises RuleError with the first thing wrong in the form of a press, which has no page of its own to say it on."""
    if not form.is_valid():
        raise RuleError(str(next(iter(form.errors.values()))[0]))


class FormPage:
    """A page with a form, saved when it is posted, else shown: also where it cannot be saved, with everything typed.

        page = FormPage(request, form)
        if page.to_save():
            with page:
                change_unit(by=request.acting, unit=unit, **form.cleaned_data)
                return page.done("Enheten är sparad.", "keep_units")
        return page.show("contacts/keeping/unit_edit.html", unit=unit)

    What the service refuses in the block becomes a sentence by its field (else by the field `beside`), a Question a
    field to answer; both 422. NotAllowed is 403, NotYours 404. An id used before with other content is 409: both are
    kept, and the form gets a new id, so that it can be saved as one of its own. A row that somebody else changed
    meanwhile is 409 too: then `changed` is true, and the view may tell more of it. So it is where the form itself made
    what stands now, `first`, when it was sent before. KeyDestroyed goes on, with the form.
    `why_not` is known before and said the first time the form is sent, or shown after it was held, whatever else is
    wrong with it.
    """

    def __init__(
        self, request: ActingRequest, form: forms.Form, *, beside: str | None = None, why_not: str = ""
    ) -> None:
        self.request = request
        self.form = form
        self.status = 200
        self.refused: RuleError | None = None
        self.told: dict[str, object] = {}
        self._beside = beside
        self._why_not = why_not

    def to_save(self) -> bool:
        """Whether a valid form was posted. One that was held is only shown."""
        if self.request.method == "POST" and self._why_not:
            self.form.add_error(None, self._why_not)
        if "held" in self.request.POST:
            self.request.shown_again = self.form
        elif "first" in self.request.POST:
            # What a form said that had saved something else before: here that is corrected, once it is read through.
            self.form.errors.clear()
        elif self.request.method == "POST":
            self.status = 200 if self.form.is_valid() else 422
            return self.status == 200
        return False

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, NotYours):
            raise Http404 from None
        if isinstance(error, NotAllowed):
            raise PermissionDenied(error.reason) from None
        if isinstance(error, KeyDestroyed):
            # It can never be saved there; whoever stands above keeps what was typed.
            error.form = self.form
            return False
        if isinstance(error, RuleError):
            try:
                self._refuse(error)
            except KeyDestroyed as gone:
                gone.form = self.form
                raise
            return True
        if error is None:
            self._tell_notes()
        return False

    @property
    def changed(self) -> bool:
        """Whether it was not saved because the row was changed meanwhile, by somebody else or by this very form."""
        return isinstance(self.refused, ChangedMeanwhile) or self.first is not None

    @property
    def first(self) -> UUID | None:
        """The id under which the form was saved before, where it says something else now."""
        return self.refused.first if isinstance(self.refused, IdClash) else None

    def _refuse(self, error: RuleError) -> None:
        self.refused = error
        self.status = 409 if isinstance(error, ChangedMeanwhile | IdClash) else 422
        if isinstance(error, IdClash):
            keep_what_came(self.request, self.form.cleaned_data["client_id"])
            # What it says now was typed since: none of it is as it was opened.
            renew(self.form, opened="")
            self.form.saved_first = error.at  # type: ignore[attr-defined]
        if self.status == 409:
            self.form.add_error(None, error.reason)
        else:
            _say_in(self.form, error, self._beside)

    def _tell_notes(self) -> None:
        """How what was typed was read, where a field says so."""
        for field in self.form.fields.values():
            if note := getattr(field, "note", ""):
                messages.info(self.request, note)

    def done(self, said: str, to: str, *args: object) -> HttpResponse:
        """Leads to an address by its name, where it is said that the form is saved."""
        messages.success(self.request, said)
        return redirect(to, *args)

    def tell(self, **told: object) -> None:
        """Say more on the page, in the place of the bare sentence that somebody else changed the row."""
        self.form.errors.clear()
        self.told |= told

    def tell_changed(self, by: str, fresh: forms.Form | None = None, **stands: object) -> None:
        """Say who changed the row, and what differs from `fresh`, the form as the row stands now.

        Saved once more, the form replaces that row, which its hidden fields `stands` name.
        """
        renew(self.form, **stands)
        self.tell(changed_by=by)
        if fresh is not None:
            self.tell(differences=form_differences(self.form, fresh))

    def tell_first(self, stands: forms.Form, address: str = "", more: Iterable[Difference] = ()) -> None:
        """Shows what differs from what the form saved before, which `stands` is the form of; at `address` that is
        corrected, where it can be.
        """
        self.tell(differences=[*form_differences(self.form, stands), *more], corrects_first=address)

    def show(self, template: str, **context: object) -> HttpResponse:
        context = {"form": self.form, **context, **self.told}
        return render(self.request, template, context, status=self.status)


def _say_in(form: forms.Form, error: RuleError, beside: str | None) -> None:
    """Put a question, or each sentence beside the field it is about."""
    by_field = getattr(error, "fields", None)
    if isinstance(error, Question) and isinstance(form, AsksQuestions):
        form.ask(error)
    elif by_field and hasattr(form, "add_service_errors"):
        form.add_service_errors(by_field)
    else:
        field = error.field if error.field in form.fields else _BESIDE.get(error.field or "")
        form.add_error(field if field in form.fields else beside, error.reason)


def renew(form: forms.Form, **stands: object) -> None:
    """Set on a redisplayed form a new id, and what it would now replace, so that it can be saved."""
    put(form, client_id=uuid4(), **stands)


def put(form: forms.Form, **values: object) -> None:
    """Set what hidden fields of a form that came in send next time."""
    data = own_data(form)
    for name, value in values.items():
        data[name] = str(value)
