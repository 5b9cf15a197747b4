"""The product and, beside it in the same process, the bare views."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from outage.project import asgi, wsgi

from .targets import CHANGES, FORGETS

# The handler reads its middleware once, when it is made.
with override_settings(MIDDLEWARE=["tests.bench.bare.BareUrls"]):
    bare = WSGIHandler()
product = wsgi.application


def _pages(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Send what lies under /bare/ to the bare views, everything else to the product."""
    if FORGETS in environ["QUERY_STRING"]:
        from contacts.page_versions import forget_pages

        forget_pages()
    if CHANGES in environ["QUERY_STRING"]:
        from .bare import change

        change(environ["QUERY_STRING"])
    chosen = bare if environ["PATH_INFO"].startswith("/bare/") else product
    return chosen(environ, start_response)


asgi.pages = _pages
application = asgi.application
