"""The admin pages, for superusers: principals and people. All that the application has pages for is read-only there.

Nothing is deleted here. Every save goes through `services.directory`, so that it leaves its row in the audit log.
"""

from datetime import datetime
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters, InlineModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from contacts.access import Acting
from contacts.models import (
    AuditEntry,
    DirectoryEntry,
    DirectoryUpload,
    Membership,
    NumberFlag,
    Principal,
    RotaTurn,
    Unit,
    User,
)
from contacts.models.locking import locked
from contacts.rules.errors import RuleError
from contacts.rules.hours_text import hours_words
from contacts.rules.phone import display
from contacts.rules.trace_words import trace_words
from contacts.services.directory import Row, check_row, note_password_change, save_row
from contacts.webforms.seen import SeenForm, SeenUserForm

admin.site.site_header = "Driftstopp – administration"
admin.site.site_title = "Driftstopp"
admin.site.index_title = "Enheter, personer och kontakter"
# Rights follow the assignment; a log-in's own things are its person's, and long work is shown to who asked for it.
admin.site.unregister(
    [Group, Authenticator, EmailAddress, UserSession, SocialAccount, SocialApp, SocialToken, DBTaskResult]
)


def _by(request: HttpRequest) -> Acting | User:
    """The assignment where there is one, else the person. A superuser acts for no unit: it is read in the log of the
    principal that it concerns.
    """
    acting: Acting | None = getattr(request, "acting", None)
    return acting if acting and not request.user.is_superuser else cast("User", request.user)


class OfferedFilters(ChangeList):
    """A list narrowed by the filters that its page offers alone, whatever the address says.

    Django takes any lookup of any column there, and lets the database refuse it.
    """

    def get_filters(self, request: HttpRequest) -> tuple[Any, ...]:
        found: tuple[Any, ...] = super().get_filters(request)
        # What is left is no filter's, but for the bounds that Django makes of a year, a month or a day.
        if any(not isinstance(value, datetime) for values in found[2].values() for value in values):
            raise IncorrectLookupParameters
        return found


# What columns are called here that have no name of their own.
_NAMES = {
    "recorded_at": "loggat",
    "closed_by": "avslutat av",
    "current": "gällande uppgift",
    "kind": "slag",
    "user": "person",
    "unit": "enhet",
    "principal": "huvudman",
    "outage": "driftstopp",
}


class Unaddressed(admin.ModelAdmin):  # type: ignore[type-arg]
    """Neither searched nor filled in by the address: a mistyped personnummer would stand there."""

    def __init__(self, model: type[Model], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        for field in model._meta.fields:
            if field.verbose_name == field.name.replace("_", " "):
                field.verbose_name = _NAMES.get(field.name, field.verbose_name)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OfferedFilters

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new row begins empty: what an address says of it may be no value of its column."""
        return {}

    def get_search_fields(self, request: HttpRequest) -> list[str] | tuple[str, ...]:
        """Only for choosing in the form of another row, which asks beside the page."""
        match = request.resolver_match
        is_asked_beside = match is not None and match.url_name == "autocomplete"
        return super().get_search_fields(request) if is_asked_beside else ()


class Ruled:
    """A form that the rules of the service are tried in: what they refuse is said beside the field, with all that was
    typed.
    """

    def _post_clean(self) -> None:
        form = cast("forms.ModelForm[Any]", self)
        super()._post_clean()  # type: ignore[misc]
        if form.errors:
            return
        try:
            check_row(form.instance)
        except RuleError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.reason)


class RuledForm(Ruled, SeenForm):
    pass


class RuledUserForm(Ruled, SeenUserForm):
    pass


class RuledNewUserForm(Ruled, AdminUserCreationForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "usable_password"
        ].help_text = "Utan lösenord loggar personen in genom inloggningstjänsten."


class SavedByService(Unaddressed):
    """Saves through the service, overwrites nothing unseen, and deletes nothing."""

    form: type[forms.ModelForm[Any]] = RuledForm

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Locked where it is to be saved: nothing that somebody else changes of it meanwhile is written over."""
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        return locked(type(found)._default_manager.filter(pk=found.pk)).get()

    def save_model(self, request: HttpRequest, obj: Row, form: SeenForm, change: bool) -> None:
        """With its audit row."""
        save_row(by=_by(request), row=obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What has been used stays."""
        return False


@admin.register(Principal)
class PrincipalAdmin(SavedByService):
    """The second step is chosen under Personer. Of another kind its units would be what they cannot be."""

    list_display = ["name", "kind", "support_name", "support_number"]
    list_filter = ["kind"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["kind", "second_factor"] if obj else ["second_factor"]


class MembershipsInline(admin.TabularInline):  # type: ignore[type-arg]
    """The person's assignments, to read."""

    model = Membership
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(SavedByService, DjangoUserAdmin):  # type: ignore[type-arg]
    """Personer. Rights follow the assignment, so there are no groups to choose."""

    list_display = ["username", "last_name", "first_name", "hsa_id", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "is_demo"]
    form = RuledUserForm
    add_form = RuledNewUserForm
    fieldsets = [
        (None, {"fields": ["username", "password", "seen"]}),
        ("Person", {"fields": ["first_name", "last_name", "email", "hsa_id", "is_demo"]}),
        ("Inloggning", {"fields": ["is_active", "is_staff", "is_superuser", "last_login"]}),
    ]
    filter_horizontal = []
    readonly_fields = ["last_login"]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> "list[type[InlineModelAdmin[Any, Any]]]":
        """Assignments need a person to belong to."""
        return [MembershipsInline] if obj is not None else []

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        """Django saves the password by itself; this adds the audit row. Both or neither."""
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            person = self.get_object(request, id)
            if request.method == "POST" and response.status_code == 302 and isinstance(person, User):
                note_password_change(by=_by(request), person=person)
        return response


class ReadOnlyHistory(Unaddressed):
    """Read by those with all rights, changed by nobody."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class KeptElsewhere(ReadOnlyHistory):
    """What the application has pages for, to read; who keeps it does it there, by `kept_at`."""

    kept_at = "keep_contacts"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        messages.info(request, f"Här kan du bara läsa. Ändra under Kontakter: {reverse(self.kept_at)}")
        return super().changelist_view(request, extra_context)


@admin.register(Unit)
class UnitAdmin(KeptElsewhere):
    kept_at = "keep_units"
    list_display = ["name", "principal", "ward_kind", "outpatient_kind", "municipal_kind", "active"]
    list_filter = ["active", "ward_kind", "outpatient_kind", "municipal_kind", "principal"]
    list_select_related = ["principal"]


@admin.register(Membership)
class MembershipAdmin(KeptElsewhere):
    kept_at = "keep_people"
    list_display = ["user", "unit", "role", "title", "active"]
    list_filter = ["active", "role"]
    list_select_related = ["user", "unit"]


@admin.register(DirectoryEntry)
class DirectoryEntryAdmin(KeptElsewhere):
    list_display = [
        "name",
        "principal",
        "kind",
        "numbers_text",
        "hours_text",
        "verified_at",
        "retired_at",
    ]
    list_filter = ["kind", "availability", ("retired_at", admin.EmptyFieldListFilter), "principal"]
    list_select_related = ["principal"]

    @admin.display(description="nummer")
    def numbers_text(self, entry: DirectoryEntry) -> str:
        return ", ".join(display(phone.number) for phone in entry.phones)

    @admin.display(description="gäller")
    def hours_text(self, entry: DirectoryEntry) -> str:
        return hours_words(entry.hours)


@admin.register(NumberFlag)
class NumberFlagAdmin(ReadOnlyHistory):
    list_display = ["at", "number", "entry", "user", "unit", "withdraws"]
    list_select_related = ["entry", "user", "unit", "withdraws"]
    date_hierarchy = "at"


@admin.register(RotaTurn)
class RotaTurnAdmin(ReadOnlyHistory):
    """Changed and withdrawn ones too."""

    list_display = ["at", "unit", "who", "starts_on", "ends_on", "weekly", "withdraws", "user"]
    list_select_related = ["unit", "user"]
    date_hierarchy = "at"


@admin.register(DirectoryUpload)
class DirectoryUploadAdmin(ReadOnlyHistory):
    """Who and when. What a file held is not shown."""

    list_display = ["at", "principal", "user", "unit"]
    list_select_related = ["principal", "user", "unit"]
    fields = ["at", "principal", "user", "unit"]
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[DirectoryUpload]:
        """Defers what the files would do: nothing here shows it."""
        return super().get_queryset(request).defer("plan", "choices", "memory")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyHistory):
    list_display = ["at", "user", "unit", "principal", "words", "kind", "target_id"]
    list_filter = ["action"]
    list_select_related = ["user", "unit", "principal"]
    date_hierarchy = "at"

    @admin.display(description="vad", ordering="action")
    def words(self, row: AuditEntry) -> str:
        return trace_words(row.action)

    @admin.display(description="slag av rad", ordering="target_type")
    def kind(self, row: AuditEntry) -> str:
        try:
            return str(apps.get_model(row.target_type)._meta.verbose_name)
        except (LookupError, ValueError):
            return row.target_type
