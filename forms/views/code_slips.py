"""One-time codes for many people at once."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.models import User
from contacts.queries.login_codes import Uncoded, chosen_people, never_logged_in
from contacts.rules.held import held_print
from contacts.rules.ids import read_id
from contacts.rules.login_codes import MOST_SLIPS
from contacts.rules.people import NO_CODE_HERE
from contacts.rules.permissions import Right
from contacts.services.many_codes import check_codes
from contacts.services.work import ask
from contacts.views.tools import FormPage, held_as, require
from contacts.views.work import asked
from forms.webforms.code_slips import CodeSlipsForm


def _ids(texts: list[str]) -> set[int]:
    return {found for text in texts if (found := read_id(text)) is not None}


@held_as(held_print("Skriv ut engångskoder"))
@require_http_methods(["GET", "POST"])
def code_slips(request: ActingRequest) -> HttpResponse:
    """Of who never logged in, or who was chosen in the list. The file is the one place where the codes stand, and it is
    opened once; sent again it is refused.
    """
    require(request.acting, Right.MANAGE_PEOPLE)
    now = timezone.now()
    chosen = _ids(request.GET.getlist("person"))
    if chosen:
        found = Uncoded(chosen_people(request.acting, now, chosen), 0, 0)
    else:
        everybody = "alla" in request.GET
        found = never_logged_in(request.acting, now, most=MOST_SLIPS, all_of_them=everybody)
    people: dict[int, User] = {person.pk: person for person in found.people}
    if more := _ids(request.POST.getlist("person")) - set(people):
        # Shown when the page was opened, and since then others' to be shown.
        people |= {person.pk: person for person in chosen_people(request.acting, now, more)}
    form = CodeSlipsForm(request.POST or None, people=people.values())
    page = FormPage(request, form)
    if page.to_save():
        with page:
            address = request.build_absolute_uri(reverse("one_time_code"))
            chosen_now, answers = form.cleaned_data["person"], form.answers()
            return asked(
                ask(
                    by=request.acting,
                    kind="code_slips",
                    label="Engångskoder",
                    client_id=form.cleaned_data["client_id"],
                    args={
                        "people": sorted(one.pk for one in chosen_now),
                        "answers": answers,
                        "address": address,
                    },
                    check=lambda: check_codes(request.acting, chosen_now, answers),
                )
            )
    return page.show(
        "forms/code_slips.html",
        people=people.values(),
        found=found,
        chosen=chosen,
        left_out=NO_CODE_HERE if chosen - set(people) else "",
    )
