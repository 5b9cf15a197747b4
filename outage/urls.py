"""The addresses of the outage app. None carries patient data; ids are random."""

from django.urls import path

from .views import back, calls, chains, checklists, events, joining, moving, outages, routine, status

urlpatterns = [
    path("", status.status, name="status"),
    path("att-ringa/", status.calls_to_make, name="calls_to_make"),
    path("driftstopp/anmal/", outages.report, name="report_outage"),
    path("driftstopp/andra/", outages.change, name="change_outage"),
    path("driftstopp/support/", outages.support, name="record_support"),
    path("driftstopp/avsluta/", outages.end, name="end_outage"),
    path("driftstopp/ateroppna/", outages.reopen, name="reopen_outage"),
    path("vardkedjor/", chains.chains, name="chains"),
    path("vardkedjor/ny/", chains.new_chain, name="new_chain"),
    path("vardkedja/<uuid:chain_id>/", chains.chain, name="chain"),
    path("vardkedja/<uuid:chain_id>/andra/", chains.edit_chain, name="edit_chain"),
    path("vardkedja/<uuid:chain_id>/sammanfor/", joining.join, name="join_chain"),
    path("vardkedja/<uuid:chain_id>/upplos/", joining.undo, name="undo_join"),
    path("vardkedja/<uuid:chain_id>/samtal/", calls.chain_call, name="chain_call"),
    path("vardkedja/<uuid:chain_id>/forsok/", calls.quick_try, name="quick_try"),
    path("vardkedja/<uuid:chain_id>/markera/", back.mark, name="mark_task"),
    path("samtal/", chains.choose_patient, name="log_call"),
    path("samtal/<uuid:handover_id>/ratta/", calls.correct, name="correct_call"),
    path("samtal/<uuid:handover_id>/flytta/", moving.move, name="move_call"),
    path("samtal/<uuid:handover_id>/aterta/", calls.withdraw, name="withdraw_call"),
    path("samtal/<uuid:handover_id>/angra/", calls.undo, name="undo_call"),
    path("samtal/<uuid:handover_id>/numret-fungerar-inte/", calls.flag_called, name="flag_called_number"),
    path("handelse/<uuid:event_id>/ratta/", events.correct, name="correct_event"),
    path("handelse/<uuid:event_id>/aterta/", events.withdraw, name="withdraw_event"),
    path("handelse/<uuid:event_id>/avsluta/", events.complete, name="complete_discharge"),
    path("handelse/<uuid:event_id>/oppen-punkt/", events.leave_open, name="leave_open"),
    path("rutinen/", routine.routine, name="routine"),
    path("checklistor/", checklists.checklists, name="checklists"),
    path("checklistor/<slug:key>/", checklists.checklist, name="checklist"),
    path("checklistor/<slug:key>/bocka/", checklists.tick, name="checklist_tick"),
    path("ater-i-drift/", back.back_registration, name="back_registration"),
    path("ater-i-drift/kvittera/", back.acknowledge_messages, name="acknowledge"),
]
