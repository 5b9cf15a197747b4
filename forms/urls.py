"""Addresses of the paper."""

from django.urls import path

from .views import sheets

urlpatterns = [
    path("vardkedja/<uuid:chain_id>/blankett.pdf", sheets.chain_sheet, name="chain_sheet"),
    path("checklistor/<slug:key>/pdf", sheets.checklist_pdf, name="checklist_pdf"),
    path("kontaktlista/", sheets.contact_list, name="contact_list"),
]
