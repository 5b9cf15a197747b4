"""A user name is one person's, whatever its case; rows of a server of the version before have no key yet."""

from collections import defaultdict

from django.core.management.base import CommandError
from django.db import migrations, models

from contacts.rules.people import username_key


def refuse_doubles(apps, schema_editor):
    """Which of the two is the person's nobody but those who keep people knows."""
    names = defaultdict(list)
    for name in apps.get_model("contacts", "User").objects.order_by("pk").values_list("username", flat=True):
        names[username_key(name)].append(name)
    doubles = "; ".join(", ".join(each) for each in names.values() if len(each) > 1)
    if doubles:
        raise CommandError(
            f"Användarnamn som bara skiljer sig i stora och små bokstäver: {doubles}. Inget är ändrat. Starta den "
            "förra versionen, byt det ena namnet under Personer (också på ett avslutat konto) och uppgradera igen."
        )


class Migration(migrations.Migration):
    dependencies = [("contacts", "0025_jour_flags")]

    operations = [
        migrations.RunPython(refuse_doubles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("username_key", ""), _negated=True),
                fields=("username_key",),
                name="person_once_by_username",
                violation_error_message="Användarnamnet är upptaget. Välj ett annat.",
            ),
        ),
    ]
