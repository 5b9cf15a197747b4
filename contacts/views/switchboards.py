"""The main switchboard of a principal, chosen by its administrator."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.presenters.switchboards import main_shown
from contacts.queries.switchboards import choice_version, fresh_principal, own_switchboards
from contacts.rules.held import HeldAs
from contacts.services.switchboards import choose_main_switchboard
from contacts.views.tools import FormPage, held_as, require_keeper
from contacts.webforms.switchboards import MainSwitchboardForm


@held_as(HeldAs("Huvudväxel"), MainSwitchboardForm)
@require_http_methods(["GET", "POST"])
def main_switchboard(request: ActingRequest) -> HttpResponse:
    """Choose the main switchboard; what somebody else chose meanwhile is shown beside one's own choice."""
    require_keeper(request)
    principal = fresh_principal(request.acting.principal)
    switchboards = own_switchboards(principal)
    shown = main_shown(principal, switchboards)
    initial = {"version": choice_version(principal), "entry": str(shown.entry.pk) if shown.entry else ""}
    form = MainSwitchboardForm(request.POST or None, initial=initial, choices=switchboards)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            entry, data = form.chosen(), form.cleaned_data
            choose_main_switchboard(
                by=request.acting, client_id=data["client_id"], version=data["version"] or "-", entry=entry
            )
            return page.done(f"{entry.name} är huvudväxel.", "keep_contacts")
    if page.changed:
        stands = fresh_principal(principal)
        by = f"Huvudväxeln för {stands.name} valdes medan du hade sidan öppen."
        chosen = {"entry": str(stands.main_switchboard_id or "")}
        fresh = MainSwitchboardForm(initial=chosen, choices=switchboards)
        page.tell_changed(by, fresh, version=choice_version(stands))
    context = {"principal": principal, "main": shown, "switchboards": switchboards}
    return page.show("contacts/keeping/main_switchboard.html", **context)
