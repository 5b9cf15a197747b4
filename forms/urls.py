"""Addresses of the paper."""

from django.urls import path

from .views import (
    batches,
    code_slips,
    disposal,
    emergency,
    entering,
    prints,
    report,
    reviewing,
    scans,
    sheets,
    verifying,
)

urlpatterns = [
    path("vardkedja/<uuid:chain_id>/blankett.pdf", prints.chain_sheet, name="chain_sheet"),
    path("vardkedja/<uuid:chain_id>/sip.pdf", prints.chain_sip, name="chain_sip"),
    path("vardkedja/<uuid:chain_id>/sip-patient.pdf", prints.chain_sip_patient, name="chain_sip_patient"),
    path(
        "vardkedja/<uuid:chain_id>/sip-kallelse.pdf", prints.chain_sip_invitation, name="chain_sip_invitation"
    ),
    path("loggblad.pdf", prints.log_sheet_pdf, name="log_sheet_pdf"),
    path("lista/<slug:which>.pdf", prints.work_list_pdf, name="work_list_pdf"),
    path("ater-i-drift/filer/logg/<row:part>.pdf", prints.outage_log_pdf, name="outage_log_pdf"),
    path("samtalsstod/", prints.call_support, name="call_support"),
    path("checklistor/<slug:key>/pdf", prints.checklist_pdf, name="checklist_pdf"),
    path("kontaktlista/", prints.contact_list, name="contact_list"),
    path("beredskapsparm/", batches.binder, name="binder"),
    path("kontakter/personer/engangskoder/", code_slips.code_slips, name="code_slips"),
    path("nodkoder/<row:unit_id>/", emergency.emergency_codes, name="emergency_codes"),
    path("granskning/utdrag.pdf", reviewing.log_extract, name="log_extract"),
    path("granskning/rapport.pdf", reviewing.log_report, name="log_report"),
    path("rapport/<uuid:outage_id>/rapport.pdf", report.report_pdf, name="report_pdf"),
    path("blad/", sheets.sheets, name="sheets"),
    path("blad/nya/", batches.new_sheets, name="new_sheets"),
    path("blad/parti/<uuid:batch_id>/", batches.sheet_batch, name="sheet_batch"),
    path("blad/parti/<uuid:batch_id>/<row:part>.pdf", batches.batch_part, name="batch_part"),
    path("blad/parti/<uuid:batch_id>/makulera/", sheets.void_batch, name="void_batch"),
    path("blad/gallring/", disposal.disposal, name="disposal"),
    path("blad/skanna/", scans.scan, name="scan"),
    path("blad/skanning/<uuid:upload_id>/", scans.result, name="scan_result"),
    path("blad/vantar/", scans.waiting, name="waiting_pages"),
    path("blad/sida/<uuid:page_id>/", scans.page, name="waiting_page"),
    path("blad/sida/<uuid:page_id>/bild", scans.picture, name="page_picture"),
    path("blad/kontrollera-fil/", verifying.verify_page, name="verify_file"),
    path("blad/<str:serial>/", sheets.sheet, name="sheet"),
    path("blad/<str:serial>/steg/", sheets.sheet_step, name="sheet_step"),
    path("blad/<str:serial>/for-in/", entering.enter_sheet, name="enter_sheet"),
]
