"""The root of all addresses. Apps are named by string."""

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.usersessions import views as usersessions_views
from django.apps import apps
from django.contrib import admin
from django.urls import include, path

from contacts.views import account, work

from . import health, metrics, views
from .sso import views as sso_views

handler400 = "outage.project.views.bad_request"
handler403 = "outage.project.views.forbidden"
handler404 = "outage.project.views.not_found"
handler500 = "outage.project.views.server_error"

# One log-in for everything: the admin pages' own asks for a password only.
admin.site.login = views.admin_log_in  # type: ignore[method-assign]
# And one place to change one's password: theirs has no limit to guessing and leaves no row.
admin.site.password_change = views.admin_own_password  # type: ignore[assignment,method-assign]
# Who ends the other log-ins of a person confirms to be that one.
ending_others = reauthentication_required(allow_get=True)

urlpatterns = [
    # First: they are asked for most.
    path("", include("outage.urls")),
    path("halsa", health.ready, name="health"),
    path("halsa/lever", health.alive, name="alive"),
    path("matt", metrics.metrics, name="metrics"),
    path("logga-in/", views.Login.as_view(), name="account_login"),
    path("logga-ut/", views.Logout.as_view(), name="account_logout"),
    path("lagesbild/vagg/visa/", views.show_on_wall, name="show_on_wall"),
    path("las/", views.lock_log_in, name="lock"),
    path("bekrafta/", account_views.reauthenticate, name="account_reauthenticate"),
    path("andra-steget/", include("allauth.mfa.urls")),
    path("logga-in/tjanst/", sso_views.start, name="provider_log_in"),
    path("logga-in/tjanst/svar/", sso_views.answer, name="provider_answer"),
    path("logga-in/saml/<slug:organization_slug>/", sso_views.saml_acs, name="saml_acs"),
    # The library asks for this address too; no log-out goes by the provider, and our metadata has none.
    path("logga-in/saml/<slug:organization_slug>/", sso_views.saml_acs, name="saml_sls"),
    path("logga-in/saml/<slug:organization_slug>/klar/", sso_views.saml_finish, name="saml_finish_acs"),
    path("logga-in/saml/<slug:organization_slug>/metadata/", sso_views.saml_metadata, name="saml_metadata"),
    path("inloggade/", ending_others(usersessions_views.list_usersessions), name="usersessions_list"),
    path("engangskod/", account.one_time_code, name="one_time_code"),
    path("nodinloggning/", views.emergency_log_in, name="emergency_log_in"),
    path("konto/", account.account, name="account"),
    path("konto/paminnelser/", account.reminders_outside, name="reminders_outside"),
    path("utskrifter/", work.my_work, name="my_work"),
    path("utskrifter/<uuid:work_id>/", work.work, name="work"),
    path("utskrifter/<uuid:work_id>/fil", work.work_file, name="work_file"),
    path("utskrifter/<uuid:work_id>/avbryt/", work.work_cancel, name="work_cancel"),
    path("uppdrag/", views.choose_assignment, name="choose_assignment"),
    path("inloggning/", views.session_left, name="session_left"),
    path("sparat/<uuid:held_id>/", views.held_form, name="held_form"),
    path("sparat/<uuid:held_id>/kasta/", views.throw_away_held, name="throw_away_held"),
    path("admin/", admin.site.urls),
    path("kontakter/", include("contacts.urls")),
    path("", include("forms.urls")),
]
if apps.is_installed("forms.demo"):
    urlpatterns += [path("", include("forms.demo.urls"))]
if apps.is_installed("debug_toolbar"):
    urlpatterns += [path("__debug__/", include("debug_toolbar.urls"))]
