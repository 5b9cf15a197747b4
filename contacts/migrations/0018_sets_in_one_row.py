"""A set of patients that were seen is one row with all its chains, in the place of a row for each of them."""

from collections import defaultdict

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.trail.triggers import drop_for_migration

_AT_ONCE = 500


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sets, members = (apps.get_model("contacts", name).objects for name in ("PatientSet", "PatientInSet"))
    numbers = list(sets.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(numbers), _AT_ONCE):
        some = numbers[first : first + _AT_ONCE]
        chains = defaultdict(list)
        for number, chain in members.filter(seen_in__in=some).values_list("seen_in", "chain"):
            chains[number].append(chain.bytes)
        for number, ids in chains.items():
            sets.filter(pk=number).update(ids=b"".join(sorted(ids)))


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0017_work'),
    ]

    operations = [
        migrations.RunPython(drop_for_migration, migrations.RunPython.noop),
        migrations.AddField(
            model_name='patientset',
            name='ids',
            field=models.BinaryField(default=b'', verbose_name='vårdkedjor'),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.DeleteModel(name='PatientInSet'),
    ]
