"""The main switchboard of a principal, chosen by its administrator."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.presenters.switchboards import main_shown
from contacts.queries.switchboards import choice_version, fresh_principal, own_switchboards
from contacts.rules.held import HeldAs
from contacts.services.switchboards import choose_main_switchboard
from contacts.views.tools import held_as, page_of_form, renew, require_keeper, save_or_show
from contacts.webforms.differences import form_differences
from contacts.webforms.switchboards import MainSwitchboardForm


@held_as(HeldAs("Huvudväxel"))
@require_http_methods(["GET", "POST"])
def main_switchboard(request: ActingRequest) -> HttpResponse:
    """Choose the main switchboard; what somebody else chose meanwhile is shown beside one's own choice."""
    require_keeper(request)
    principal = fresh_principal(request.acting.principal)
    switchboards = own_switchboards(principal)
    shown = main_shown(principal, switchboards)
    initial = {
        "client_id": uuid4(),
        "version": choice_version(principal),
        "entry": str(shown.entry.pk) if shown.entry else "",
    }
    form = MainSwitchboardForm(request.POST or None, initial=initial, choices=switchboards)
    context = {"principal": principal, "main": shown, "switchboards": switchboards}
    show = page_of_form(request, "contacts/keeping/main_switchboard.html", **context)

    def save() -> HttpResponse:
        data = form.cleaned_data
        entry = form.chosen()
        choose_main_switchboard(
            by=request.acting, client_id=data["client_id"], version=data["version"] or "-", entry=entry
        )
        messages.success(request, f"{entry.name} är huvudväxel.")
        return redirect("keep_contacts")

    def changed() -> HttpResponse:
        stands = fresh_principal(principal)
        renew(form, choice_version(stands))
        fresh = MainSwitchboardForm(
            initial={"entry": str(stands.main_switchboard_id or "")}, choices=switchboards
        )
        by = f"Någon annan hos {stands.name} valde huvudväxel medan du hade sidan öppen."
        return show(form, 409, differences=form_differences(form, fresh), changed_by=by)

    return save_or_show(request, form, save=save, show=show, changed=changed)
