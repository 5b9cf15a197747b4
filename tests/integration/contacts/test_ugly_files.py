"""Files as real people have them, taken all the way by an administrator who changes nothing that is guessed."""

import pytest

from contacts.models import DirectoryEntry, DirectoryFile
from tests.integration.contacts.importing import choose, confirm, page_of, upload
from tests.integration.contacts.ugly_files import READ
from tests.long import runs

pytestmark = pytest.mark.django_db


def told(entry: DirectoryEntry) -> str:
    numbers = ", ".join(f"{phone.kind} {phone.number}" for phone in entry.phones)
    return f"{numbers} {entry.remark}" if entry.remark else numbers


@pytest.mark.long
@pytest.mark.parametrize("name", list(READ)[:: runs(3, full=1)])
def test_what_is_guessed_of_a_real_file_is_right(client, county, name):
    content, expected = READ[name]
    before = set(DirectoryEntry.objects.values_list("pk", flat=True))
    page = page_of(upload(client, county.mala_admin, content))
    if page.select(".import-choices"):
        page = page_of(choose(client, page))
    done = page_of(confirm(client, page))
    assert "Inläst" in done.main.get_text()
    new = DirectoryEntry.objects.exclude(pk__in=before)
    assert {", ".join(filter(None, (entry.name, entry.department))): told(entry) for entry in new} == expected
    assert {entry.principal for entry in new} == {county.mala}
    assert not DirectoryFile.objects.exists()
