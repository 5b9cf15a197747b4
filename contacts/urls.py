"""Addresses of the app."""

from django.urls import path

from contacts.views import directory

urlpatterns = [
    path("", directory.contacts, name="contacts"),
]
