"""Each entry's numbers become one list, and a unit's direct number an entry of its own, with hours and a verification."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.rules.phone import digits, is_extension, tidy_number
from contacts.rules.swedish_text import search_key, sort_key


def numbers_into_lists(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill `numbers` and the keys of each field from the columns that go away."""
    entry_model = apps.get_model("contacts", "DirectoryEntry")
    for entry in entry_model.objects.select_related("principal", "unit").iterator():
        main = "switchboard" if entry.kind == "switchboard" else "direct"
        given = (
            ("extension" if is_extension(entry.phone) else main, entry.phone),
            ("extension", entry.extension),
            ("extension" if is_extension(entry.mobile) else "mobile", entry.mobile),
        )
        entry.numbers = [{"kind": kind, "number": tidy_number(number)} for kind, number in given if number.strip()]
        _make_keys(entry)
        entry.save()


def direct_numbers_into_entries(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each unit with a direct number an entry for it, or put it into the entry that has the unit's name."""
    entry_model = apps.get_model("contacts", "DirectoryEntry")
    for unit in apps.get_model("contacts", "Unit").objects.exclude(direct_number="").select_related("principal"):
        number = tidy_number(unit.direct_number)
        in_use = entry_model.objects.filter(principal=unit.principal, retired_at__isnull=True)
        own = in_use.filter(unit=unit) | in_use.filter(unit__isnull=True, name=unit.name)
        if any(digits(number) in entry.digits_key.split() for entry in own):
            continue
        row = {"kind": "extension" if is_extension(number) else "direct", "number": number}
        named = own.filter(name=unit.name, unit=unit).first() or own.filter(name=unit.name, unit__isnull=True).first()
        if named is not None:
            named.numbers, named.unit = [row, *named.numbers], unit
            named.verified_at = named.verified_by = None
        else:
            named = entry_model(
                principal=unit.principal,
                unit=unit,
                name=unit.name,
                kind=_kind_of(unit),
                department=unit.name,
                numbers=[row],
                # As the number was taken to answer until now.
                availability="always" if unit.ward_kind else "unknown" if _is_home_nursing(unit) else "daytime",
                source="Enhetens direktnummer",
            )
        _make_keys(named)
        named.save()


def _kind_of(unit) -> str:
    if unit.ward_kind:
        return "ward"
    if _is_home_nursing(unit):
        return "home_nursing"
    return unit.outpatient_kind or "other"


def _is_home_nursing(unit) -> bool:
    return unit.municipal_kind == "home_nursing"


def _make_keys(entry) -> None:
    unit_name = entry.unit.name if entry.unit else ""
    own_name = "" if entry.first_name or entry.last_name else entry.name
    texts = (entry.name, entry.get_kind_display(), entry.first_name, entry.last_name, entry.title, entry.department)
    entry.search_key = search_key(*texts, entry.principal.name, unit_name, entry.remark)[:1500]
    entry.first_name_key = search_key(entry.first_name)
    entry.last_name_key = search_key(entry.last_name)
    entry.title_key = search_key(entry.title)
    entry.department_key = search_key(entry.department, own_name, unit_name)[:700]
    entry.digits_key = " ".join(digits(row["number"]) for row in entry.numbers)[:400]
    entry.sort_key = sort_key(entry.name)[:200]


class Migration(migrations.Migration):
    """Data only; the columns it reads go away in the next one."""

    dependencies = [("contacts", "0002_numbers_hours_flags")]

    operations = [
        migrations.RunPython(numbers_into_lists, migrations.RunPython.noop),
        migrations.RunPython(direct_numbers_into_entries, migrations.RunPython.noop),
    ]
