"""What every page needs: the banner, who acts, which of the standing buttons there are."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.exceptions import ObjectDoesNotExist
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from markupsafe import Markup

from contacts.access import TYPED_BY_FIELD, Acting, AnyRequest, can, memberships_of
from contacts.page_versions import of_all_pages
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.views.shared import or_shared
from outage.models import Outage
from outage.presenters.banner import Banner, banner_for
from outage.presenters.held import HeldCard
from outage.presenters.receipts import FLAG_MARK, Receipt, about_call, may_undo
from outage.presenters.reminders import Reminders, reminders_for
from outage.project.emergency import emergency_until
from outage.project.holding import cards_of, typed_by_now
from outage.project.menu import place_of
from outage.project.middleware import lacks_second_factor
from outage.project.shared_pc import seconds_left
from outage.queries.care_chains import get_handover
from outage.queries.checklists import routine_of
from outage.queries.closing import closed_at
from outage.queries.outages import no_drill, outage_in_view
from outage.rules.drills import FIELD
from outage.rules.ringing import ringing_hours
from outage.rules.routine import RingingAdvice, RingingHours, Routine


class Page:
    """Lazy: what a page does not show is not queried."""

    version: str = settings.VERSION

    def __init__(self, request: AnyRequest) -> None:
        self._request = request
        self.acting: Acting | None = getattr(request, "acting", None)
        self._closed: dict[UUID, bool] = {}

    def is_of(self, request: AnyRequest) -> bool:
        return self._request is request

    @property
    def _place(self) -> tuple[str, str]:
        match = self._request.resolver_match
        return place_of(match.url_name or "" if match else "")

    @property
    def way(self) -> str:
        """The entry of the main menu that the page stands under."""
        return self._place[0]

    @property
    def below(self) -> str:
        """The entry of the menu below the main one that the page stands under."""
        return self._place[1]

    @cached_property
    def outage(self) -> Outage | None:
        return outage_in_view(self.acting.principal) if self.acting else None

    @cached_property
    def routine(self) -> Routine:
        """The routine of the outage in view, else the one a new outage would have."""
        return routine_of(self.outage)

    @property
    def system(self) -> str:
        """The system whose outage is in view, else the one that can be reported."""
        return self.outage.system if self.outage else self.routine.system

    @cached_property
    def banner(self) -> Banner:
        """The line at the top of every page, made once a minute for all who are shown the same."""
        acting, now = self.acting, timezone.now()
        if acting is None:
            return banner_for(None, None, now)
        name = "banner", acting.role
        return of_all_pages(name, acting.principal.pk, now, lambda: banner_for(self.outage, acting, now))

    @cached_property
    def reminders(self) -> Reminders | None:
        """What the acting unit owes for too long; None where nobody is reminded."""
        if self.acting is None or self.outage is None or not self.may_read_care:
            return None
        return reminders_for(self.acting, self.outage, timezone.now())

    def query(self, **changed: object) -> str:
        """The query of the page's address, with what is changed in it."""
        asked = dict(self._request.GET.lists())
        named = {name: value for name, value in (asked | changed).items() if value is not None}
        return f"?{urlencode(named, doseq=True)}" if named or asked else ""

    @cached_property
    def _hours(self) -> RingingHours:
        return ringing_hours(timezone.now(), self.routine.limits)

    def ringing_advice(self, parties: Collection[str] | str | None) -> list[RingingAdvice]:
        """How a party, or each of several, is reached at this moment (R5.1–R5.5); none where there is no party."""
        wanted = {parties} if isinstance(parties, str) else parties or ()
        return [self.routine.ringing_advice(party, self._hours) for party in Party if party in wanted]

    @property
    def may_log(self) -> bool:
        """Whether the two standing buttons are shown."""
        # After the end too: a call made during the outage may be written down, or owed, when the system is back.
        return bool(self.acting and self.outage and can(self.acting, Right.LOG_CARE))

    @property
    def may_report(self) -> bool:
        return bool(self.acting and can(self.acting, Right.REPORT_OUTAGE))

    @property
    def may_drill(self) -> bool:
        """Whether this person may start a drill now."""
        acting = self.acting
        return bool(
            acting
            and can(acting, Right.START_DRILL)
            and not (self.outage and (self.outage.is_open or not self.outage.drill))
            and not no_drill(acting.principal, self.system)
        )

    @property
    def may_end(self) -> bool:
        """Whether this person may say that the system is back."""
        return bool(self.acting and can(self.acting, Right.END_OUTAGE))

    @property
    def may_read_care(self) -> bool:
        return bool(self.acting and can(self.acting, Right.READ_CARE))

    @property
    def may_close(self) -> bool:
        return bool(self.acting and can(self.acting, Right.CLOSE_OUTAGE))

    @property
    def may_print(self) -> bool:
        """Whether this person prints and handles sheets of paper."""
        return bool(self.acting and can(self.acting, Right.PRINT_SHEET))

    def sheet_opens_again(self, outage: Outage | None) -> bool:
        """Whether the outage is closed for the principal until a sheet about patients is printed from it. While it goes
        on nothing is asked.
        """
        if self.acting is None or not outage or outage.is_open or outage.purged_at:
            return False
        if outage.pk not in self._closed:
            self._closed[outage.pk] = closed_at(outage, self.acting.principal) is not None
        return self._closed[outage.pk]

    @property
    def may_keep_contacts(self) -> bool:
        return bool(self.acting and can(self.acting, Right.MANAGE_DIRECTORY))

    @property
    def may_count_sheets(self) -> bool:
        return bool(self.acting and can(self.acting, Right.COUNT_SHEETS))

    @property
    def may_purge(self) -> bool:
        return bool(self.acting and can(self.acting, Right.CONFIRM_PURGE))

    @property
    def may_review(self) -> bool:
        return bool(self.acting and can(self.acting, Right.REVIEW_LOG))

    @property
    def may_follow_decisions(self) -> bool:
        return bool(self.acting and can(self.acting, Right.FOLLOW_DECISIONS))

    @property
    def may_see_overview(self) -> bool:
        return bool(self.acting and can(self.acting, Right.SEE_OVERVIEW))

    @property
    def may_read_report(self) -> bool:
        return bool(self.acting and can(self.acting, Right.READ_REPORT))

    @property
    def lacks_second_factor(self) -> bool:
        return lacks_second_factor(self._request)

    @property
    def may_keep_people(self) -> bool:
        return bool(self.acting and can(self.acting, Right.MANAGE_PEOPLE))

    @cached_property
    def several_assignments(self) -> bool:
        """To change between, which an emergency log-in may not."""
        if self.emergency_until:
            return False
        return bool(self.acting and len(memberships_of(self.acting.user)) > 1)

    @property
    def emergency_until(self) -> datetime | None:
        """When an emergency log-in ends; None for any other."""
        return emergency_until(self._request) if self._request.user.is_authenticated else None

    @property
    def receipts(self) -> Iterator[Receipt]:
        """The messages to show, each once: an answer that was lost said it too. A message's tag is the id of the call
        it is about, read for the page, so that no cookie says who the patient is.
        """
        waiting = {(m.level, str(m.message), m.extra_tags): m for m in get_messages(self._request)}
        for message in waiting.values():
            about, undo, undo_flag = "", None, None
            if message.extra_tags and self.acting:
                with suppress(ObjectDoesNotExist, ValueError):
                    call = get_handover(self.acting, UUID(message.extra_tags.removeprefix(FLAG_MARK)))
                    if message.extra_tags.startswith(FLAG_MARK):
                        undo_flag = call.pk
                    else:
                        about = about_call(call, timezone.now())
                        undo = call.pk if may_undo(self.acting, call) else None
            yield Receipt(message.level_tag, str(message.message), about, undo, undo_flag)

    @property
    def in_each_form(self) -> Markup | SafeString:
        """The CSRF token, masked once for the page, and the mark of whose form it is where somebody is logged in."""
        return or_shared(self._own_fields)

    @cached_property
    def _own_fields(self) -> SafeString:
        field = '<input type="hidden" name="{}" value="{}">'
        drill = str(self.outage.pk) if self.outage and self.outage.drill else ""
        fields = [
            ("csrfmiddlewaretoken", get_token(self._request)),
            (TYPED_BY_FIELD, self.typed_by),
            (FIELD, drill),
        ]
        return format_html_join("", field, [(name, value) for name, value in fields if value])

    @cached_property
    def typed_by(self) -> str:
        """The mark each form carries, see TypedByMiddleware."""
        known = typed_by_now(self._request)
        return known.mark if known else ""

    @property
    def taken_up(self) -> str:
        """The held form that this page shows again, so that saving it removes it."""
        known: str = self._request.POST.get("held") or self._request.POST.get("taken_up", "")
        return known or next((str(held.pk) for held in getattr(self._request, "held", ())), "")

    @property
    def held(self) -> list[HeldCard]:
        return [card for card in self._known if not card.lost]

    @property
    def lost(self) -> list[HeldCard]:
        """What was held and never saved, and is gone."""
        return [card for card in self._known if card.lost and not card.saved]

    @cached_property
    def _known(self) -> list[HeldCard]:
        """In any of the person's assignments."""
        user = self._request.user
        cards = cards_of(user, self.acting) if user.is_authenticated else []
        return [card for card in cards if card.here] if self.emergency_until else cards

    @property
    def held_saved(self) -> bool:
        """Whether any of it came once more, after it was saved."""
        return any(card.saved for card in self.held)

    @property
    def held_shown(self) -> HeldCard | None:
        """The card of the form that this page shows again."""
        known = self.taken_up
        return next((card for card in self.held if str(card.id) == known), None) if known else None

    @property
    def seconds_left(self) -> int:
        return seconds_left(self._request)


def page(request: AnyRequest) -> dict[str, Page]:
    """One for all that is rendered for a request."""
    known: Page | None = getattr(request, "page", None)
    # A copy of a request, as of another page, has that one's.
    if known is None or not known.is_of(request):
        request.page = known = Page(request)
    return {"page": known}
