"""The app of the demo. It has no tables, and nobody imports it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "forms.demo"
    label = "demo"
