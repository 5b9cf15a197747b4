"""The people of a principal, their assignments and one-time codes, kept by its administrators."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.access import ActingRequest
from contacts.models import Membership, User
from contacts.presenters.people import code_state, listed_person
from contacts.queries.kept_units import units_to_choose
from contacts.queries.people import (
    Listed,
    PersonKept,
    has_second_factor,
    newest_code,
    own_membership,
    own_people,
    own_person,
    people_figures,
)
from contacts.queries.versions import version_of
from contacts.rules.held import HeldAs
from contacts.rules.login_codes import grouped_code
from contacts.rules.people import KEPT_ELSEWHERE
from contacts.rules.permissions import Right
from contacts.services.passwords import issue_code
from contacts.services.people import (
    ASSIGNED,
    add_assignment,
    add_person,
    change_assignment,
    change_person,
    end_assignment,
    end_person,
    restore_assignment,
    restore_person,
)
from contacts.services.traces import added_first
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import FormPage, check_sent, get_or_404, held_as, put, require, told_if_refused
from contacts.webforms.fields import SentOnce
from contacts.webforms.people import (
    NewAssignmentForm,
    NewPersonForm,
    PeopleForm,
    PersonForm,
    TitleForm,
    facts_of,
)

_STANDS = "Läs igenom sidan igen."


def own_person_or_404(request: ActingRequest, person_id: int) -> PersonKept:
    """A person with an assignment in the own principal; 403 where the role keeps none, 404 for anybody else."""
    require(request.acting, Right.MANAGE_PEOPLE)
    return get_or_404(own_person, request.acting.principal, person_id)


def _own_assignment_or_404(request: ActingRequest, membership_id: int) -> Membership:
    require(request.acting, Right.MANAGE_PEOPLE)
    return get_or_404(own_membership, request.acting.principal, membership_id)


@require_http_methods(["GET", "HEAD", "POST"])
def keep_people(request: ActingRequest) -> HttpResponse:
    """The principal's people: those who work, those who have ended, or what a search finds among all."""
    require(request.acting, Right.MANAGE_PEOPLE)
    principal = request.acting.principal
    form = PeopleForm(came(request))
    listed, text, page = form.wanted()
    token = sealed(request, form.sought)
    if elsewhere := led_on(request, token):
        return elsewhere
    figures = people_figures(principal)
    found = own_people(principal, listed=listed, text=text, page=page)
    context = {
        "principal": principal,
        "form": form,
        "listed": listed,
        "figures": [(which, which.label, figures[which]) for which in Listed],
        "found": found,
        "rows": [listed_person(person) for person in found],
    }
    return render(request, "contacts/people/list.html", context)


@held_as(HeldAs("Ny person"), NewPersonForm)
@require_http_methods(["GET", "POST"])
def person_new(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.MANAGE_PEOPLE)
    form = NewPersonForm(request.POST or None, units=units_to_choose(request.acting.principal))
    page = FormPage(request, form)
    if page.to_save():
        with page:
            person = add_person(
                by=request.acting,
                client_id=form.cleaned_data["client_id"],
                facts=form.facts(),
                answers=form.answers(),
                **form.chosen(),
            )
            return page.done(f"{person.full_name} är tillagd.", "person", person.pk)
    if page.first:
        _tell_first(page, page.first)
    return page.show("contacts/people/edit.html")


def _tell_first(page: FormPage, first: UUID) -> None:
    """What differs from the person and the assignment that the form added before."""
    principal = page.request.acting.principal
    made = own_membership(principal, added_first(first, *ASSIGNED))
    if made is not None:
        said = facts_of(made.user) | {"unit": made.unit_id, "role": made.role, "title": made.title}
        stands = NewPersonForm(initial=said, units=units_to_choose(principal))
        page.tell_first(stands, reverse("person_edit", args=[made.user_id]))


@require_safe
def person(request: ActingRequest, person_id: int) -> HttpResponse:
    """A person as the own principal knows them: facts, own assignments, whether a code is out."""
    kept = own_person_or_404(request, person_id)
    context = {
        "kept": kept,
        "is_self": kept.person == request.acting.user,
        "elsewhere": "" if kept.kept_here else KEPT_ELSEWHERE,
        "code": code_state(newest_code(kept.person), timezone.now()) if kept.kept_here else None,
        "has_second_factor": kept.kept_here and has_second_factor(kept.person),
        "client_id": uuid4(),
    }
    return render(request, "contacts/people/show.html", context)


@held_as(HeldAs("Ändrad person"), PersonForm)
@require_http_methods(["GET", "POST"])
def person_edit(request: ActingRequest, person_id: int) -> HttpResponse:
    """Change what is said of a person; what somebody else wrote meanwhile is shown beside what was typed."""
    kept = own_person_or_404(request, person_id)
    if not kept.kept_here and request.method == "GET":
        messages.warning(request, KEPT_ELSEWHERE)
        return redirect("person", person_id)
    form = _form_of(kept.person, request.POST or None)
    if "first" in request.POST:
        put(form, version=version_of(kept.person))
    page = FormPage(request, form)
    if page.to_save():
        with page:
            changed = change_person(
                by=request.acting,
                person=kept.person,
                client_id=form.cleaned_data["client_id"],
                version=form.cleaned_data["version"] or "-",
                facts=form.facts(),
            )
            return page.done(f"{changed.full_name} är sparad.", "person", changed.pk)
    if page.changed:
        stands = own_person_or_404(request, person_id).person
        by = f"{stands.full_name} ändrades medan du hade sidan öppen."
        page.tell_changed(by, _form_of(stands), version=version_of(stands))
    return page.show("contacts/people/edit.html", person=kept.person)


def _form_of(person: User, data: QueryDict | None = None) -> PersonForm:
    return PersonForm(data, initial=facts_of(person) | {"version": version_of(person)})


@held_as(HeldAs("Avsluta personen", pressed=True))
@require_POST
def person_end(request: ActingRequest, person_id: int) -> HttpResponse:
    """All assignments in the own principal; the page then offers to take them back."""
    kept = own_person_or_404(request, person_id)
    with told_if_refused(request, "Inget är avslutat."):
        end_person(by=request.acting, person=kept.person)
        messages.success(
            request, f"{kept.person.full_name} är avslutad. Uppdragen hos er gäller inte längre."
        )
    return redirect("person", person_id)


@held_as(HeldAs("Ta tillbaka personen", pressed=True))
@require_POST
def person_restore(request: ActingRequest, person_id: int) -> HttpResponse:
    kept = own_person_or_404(request, person_id)
    with told_if_refused(request):
        restore_person(by=request.acting, person=kept.person)
        messages.success(request, f"{kept.person.full_name} har sina uppdrag igen.")
    return redirect("person", person_id)


@held_as(HeldAs("Nytt uppdrag"), NewAssignmentForm)
@require_http_methods(["GET", "POST"])
def assignment_new(request: ActingRequest, person_id: int) -> HttpResponse:
    kept = own_person_or_404(request, person_id)
    form = NewAssignmentForm(request.POST or None, units=units_to_choose(request.acting.principal))
    page = FormPage(request, form)
    if page.to_save():
        with page:
            made = add_assignment(
                by=request.acting,
                person=kept.person,
                client_id=form.cleaned_data["client_id"],
                **form.chosen(),
            )
            return page.done(f"Uppdraget på {made.unit.name} är tillagt.", "person", person_id)
    if page.first and (added := own_membership(request.acting.principal, added_first(page.first, *ASSIGNED))):
        said = {"unit": added.unit_id, "role": added.role, "title": added.title}
        page.tell_first(NewAssignmentForm(initial=said, units=units_to_choose(request.acting.principal)))
    return page.show("contacts/people/assignment.html", person=kept.person)


@held_as(HeldAs("Ändrad titel"), TitleForm)
@require_http_methods(["GET", "POST"])
def assignment_edit(request: ActingRequest, membership_id: int) -> HttpResponse:
    membership = _own_assignment_or_404(request, membership_id)
    form = _title_form(membership, request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            change_assignment(
                by=request.acting,
                membership=membership,
                client_id=form.cleaned_data["client_id"],
                version=form.cleaned_data["version"] or "-",
                title=form.cleaned_data["title"],
            )
            return page.done("Titeln är sparad.", "person", membership.user_id)
    if page.changed:
        stands = _own_assignment_or_404(request, membership_id)
        by = f"Uppdraget på {stands.unit.name} ändrades medan du hade sidan öppen."
        page.tell_changed(by, _title_form(stands), version=version_of(stands))
    return page.show("contacts/people/assignment.html", person=membership.user, membership=membership)


def _title_form(membership: Membership, data: QueryDict | None = None) -> TitleForm:
    return TitleForm(data, initial={"title": membership.title, "version": version_of(membership)})


@held_as(HeldAs("Avsluta uppdraget", pressed=True))
@require_POST
def assignment_end(request: ActingRequest, membership_id: int) -> HttpResponse:
    membership = _own_assignment_or_404(request, membership_id)
    with told_if_refused(request, "Inget är avslutat."):
        end_assignment(by=request.acting, membership=membership)
        messages.success(request, f"Uppdraget på {membership.unit.name} är avslutat.")
    return redirect("person", membership.user_id)


@held_as(HeldAs("Ta tillbaka uppdraget", pressed=True))
@require_POST
def assignment_restore(request: ActingRequest, membership_id: int) -> HttpResponse:
    membership = _own_assignment_or_404(request, membership_id)
    with told_if_refused(request):
        restore_assignment(by=request.acting, membership=membership)
        messages.success(request, f"Uppdraget på {membership.unit.name} gäller igen.")
    return redirect("person", membership.user_id)


@held_as(HeldAs("Gör en engångskod", pressed=True))
@require_POST
def person_code(request: ActingRequest, person_id: int) -> HttpResponse:
    """The answer to this press is the one place where the code stands; sent again it is not shown."""
    kept = own_person_or_404(request, person_id)
    form = SentOnce(request.POST)
    with told_if_refused(request, "Ingen kod är gjord.", clash=_STANDS):
        check_sent(form)
        code = issue_code(by=request.acting, person=kept.person, client_id=form.cleaned_data["client_id"])
        if code:
            context = {
                "person": kept.person,
                "code": grouped_code(code),
                "state": code_state(newest_code(kept.person), timezone.now()),
                "address": request.build_absolute_uri(reverse("one_time_code")),
            }
            return render(request, "contacts/people/code.html", context)
        messages.warning(request, "Koden visades en gång och visas inte igen. Gör en ny om den är borta.")
    return redirect("person", person_id)
