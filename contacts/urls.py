"""Addresses of the app."""

from django.urls import path

from contacts.views import (
    directory,
    exporting,
    flags,
    importing,
    joining,
    keeping,
    rota,
    rota_files,
    switchboards,
    units,
    verifying,
)

urlpatterns = [
    path("", directory.contacts, name="contacts"),
    path("avancerad/", directory.advanced_search, name="advanced_search"),
    path("kolumner/", directory.contact_columns, name="contact_columns"),
    path("enhet/<int:unit_id>/", directory.unit, name="unit"),
    path("las-in/", importing.import_directory, name="import_directory"),
    path("las-in/<uuid:upload_id>/", importing.import_preview, name="import_preview"),
    path("las-in/<uuid:upload_id>/innehall/", importing.import_choices, name="import_choices"),
    path("las-in/<uuid:upload_id>/angra/", importing.import_undo, name="import_undo"),
    path("hamta/", exporting.take_out, name="take_out"),
    path("hamta/<str:form>/", exporting.export_contacts, name="export_contacts"),
    path("<int:entry_id>/fungerar-inte/", flags.flag_number, name="flag_number"),
    path("<int:entry_id>/fungerar-anda/", flags.unflag_number, name="unflag_number"),
    path("<int:entry_id>/", keeping.contact, name="contact"),
    path("forvalta/", keeping.keep_contacts, name="keep_contacts"),
    path("ny/", keeping.contact_new, name="contact_new"),
    path("<int:entry_id>/andra/", keeping.contact_edit, name="contact_edit"),
    path("<int:entry_id>/avfor/", keeping.contact_retire, name="contact_retire"),
    path("<int:entry_id>/ta-tillbaka/", keeping.contact_restore, name="contact_restore"),
    path("<int:entry_id>/sammanfor/", joining.join_contact, name="join_contact"),
    path("<int:entry_id>/sammanfor/<int:other_id>/", joining.join_contacts, name="join_contacts"),
    path(
        "<int:entry_id>/sammanfor/<int:other_id>/upplos/", joining.undo_contact_join, name="undo_contact_join"
    ),
    path("kontrollera/", verifying.verify_contacts, name="verify_contacts"),
    path("huvudvaxel/", switchboards.main_switchboard, name="main_switchboard"),
    path("enheter/", units.keep_units, name="keep_units"),
    path("enhet/ny/", units.unit_new, name="unit_new"),
    path("enhet/<int:unit_id>/andra/", units.unit_edit, name="unit_edit"),
    path("enhet/<int:unit_id>/sammanfor/", joining.join_unit, name="join_unit"),
    path("enhet/<int:unit_id>/sammanfor/<int:other_id>/", joining.join_two_units, name="join_units"),
    path(
        "enhet/<int:unit_id>/sammanfor/<int:other_id>/upplos/", joining.undo_units_join, name="undo_unit_join"
    ),
    path("enhet/<int:unit_id>/jour/", rota.rota, name="rota"),
    path("enhet/<int:unit_id>/jour/ny/", rota.turn_new, name="turn_new"),
    path("jour/<uuid:turn_id>/andra/", rota.turn_edit, name="turn_edit"),
    path("jour/<uuid:turn_id>/ta-bort/", rota.turn_withdraw, name="turn_withdraw"),
    path("jour/hamta/", rota_files.rota_file, name="rota_file"),
    path("jour/las-in/", rota_files.import_rota, name="import_rota"),
    path("jour/las-in/spara/", rota_files.confirm_rota, name="confirm_rota"),
]
