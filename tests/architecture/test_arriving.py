"""An address that came with a request is gone on to in one way: contacts/views/arriving.py decides what is ours."""

import re

import pytest

from tests.architecture.tree import APPS, ROOT, relative

ONE_WAY = "contacts/views/arriving.py"
# What reads such an address, and what only that module may judge it by.
READING = re.compile(
    r"""url_has_allowed_host_and_scheme|HTTP_REFERER|["']referer["']|hx-current-url|\.current_url
    |(?:GET|POST|cleaned_data)(?:\.get\(|\[)\s*["'](?:next|tillbaka|back|return)""",
    re.IGNORECASE | re.VERBOSE,
)


@pytest.mark.parametrize("app", APPS)
def test_no_other_module_reads_an_address_to_go_on_to(app: str):
    read = [relative(path) for path in (ROOT / app).rglob("*.py") if READING.search(path.read_text("utf-8"))]
    assert read == ([ONE_WAY] if ONE_WAY.startswith(app) else [])
