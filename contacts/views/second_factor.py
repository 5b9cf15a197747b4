"""For whom the principal wants a second step at log-in, and taking a lost one away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.queries.switchboards import fresh_principal
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.rules.second_factor import SecondFactor
from contacts.services.second_factor import choose_second_factor, remove_second_factor
from contacts.views.people import own_person_or_404
from contacts.views.tools import FormPage, held_as, require, told_if_refused
from contacts.webforms.second_factor import SecondFactorForm


@held_as(HeldAs("Två steg vid inloggningen"), SecondFactorForm)
@require_http_methods(["GET", "POST"])
def second_factor(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.MANAGE_PEOPLE)
    principal = fresh_principal(request.acting.principal)
    stands = principal.second_factor
    form = SecondFactorForm(request.POST or None, initial={"seen": stands, "chosen": stands})
    page = FormPage(request, form)
    if page.to_save():
        with page:
            data = form.cleaned_data
            choose_second_factor(
                by=request.acting,
                client_id=data["client_id"],
                seen=data["seen"],
                chosen=SecondFactor(data["chosen"]),
            )
            return page.done("Valet är sparat.", "keep_people")
    if page.changed:
        by = f"Valet för {principal.name} ändrades medan du hade sidan öppen."
        page.tell_changed(by, SecondFactorForm(initial={"chosen": stands}), seen=stands)
    return page.show("contacts/people/second_factor.html", principal=principal)


@held_as(HeldAs("Ta bort andra steget", pressed=True))
@require_POST
def person_second_factor(request: ActingRequest, person_id: int) -> HttpResponse:
    person = own_person_or_404(request, person_id).person
    with told_if_refused(request):
        remove_second_factor(by=request.acting, person=person)
        messages.success(
            request, f"{person.full_name} loggar in med lösenordet och lägger sedan till ett nytt andra steg."
        )
    return redirect("person", person.pk)
