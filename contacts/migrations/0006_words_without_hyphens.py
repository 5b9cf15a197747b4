"""The keys that a search reads have each word with a hyphen as one word too."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from contacts.rules.swedish_text import search_key, without_hyphens

_HYPHENS = ("-", "‐", "‑", "–")
_TEXTS = ("name", "first_name", "last_name", "title", "department", "principal__name", "unit__name", "remark")


def make_keys_anew(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the keys of every entry that has such a word."""
    entry_model = apps.get_model("contacts", "DirectoryEntry")
    # Its own name has one: IT-support.
    hyphened = Q(kind="support")
    for field in _TEXTS:
        for hyphen in _HYPHENS:
            hyphened |= Q(**{f"{field}__contains": hyphen})
    for entry in entry_model.objects.filter(hyphened).select_related("principal", "unit"):
        unit_name = entry.unit.name if entry.unit else ""
        own_name = "" if entry.first_name or entry.last_name else entry.name
        names = (entry.name, entry.get_kind_display(), entry.first_name, entry.last_name)
        more = (entry.title, entry.department, entry.principal.name, unit_name, entry.remark)
        entry.search_key = _key(*names, *more)[:1500]
        entry.first_name_key = _key(entry.first_name)[:100]
        entry.last_name_key = _key(entry.last_name)[:100]
        entry.title_key = _key(entry.title)[:100]
        entry.department_key = _key(entry.department, own_name, unit_name)[:700]
        entry.save()


def _key(*texts: str) -> str:
    return search_key(*texts, *map(without_hyphens, texts))


class Migration(migrations.Migration):
    """Data only; going back leaves words that nobody misses."""

    dependencies = [("contacts", "0005_search_indexes")]

    operations = [migrations.RunPython(make_keys_anew, migrations.RunPython.noop)]
