"""Demo mode as a test turns it on: the settings, and all addresses, of a process that was started with DEMO=1."""

from django.urls import include, path

from outage.project import urls
from outage.project.urls import handler400, handler403, handler404, handler500

__all__ = ["DEMO_MODE", "handler400", "handler403", "handler404", "handler500", "urlpatterns"]

DEMO_MODE = {"DEMO": True, "ROOT_URLCONF": "tests.demo_mode"}
urlpatterns = [*urls.urlpatterns, path("", include("forms.demo.urls"))]
