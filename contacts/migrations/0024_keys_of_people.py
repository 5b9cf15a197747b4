"""By which key a person logs in, whatever the case; and the keys of all people anew, for a new name left them as they were."""

from django.db import migrations, models

from contacts.rules.people import username_key
from contacts.rules.swedish_text import search_key, sort_key


def fill_keys(apps, schema_editor):
    people = apps.get_model("contacts", "User")
    found = list(people.objects.all())
    for user in found:
        told = (user.first_name, user.last_name, user.username, user.email, user.hsa_id)
        user.search_key = search_key(" ".join(told))[:900]
        user.sort_key = sort_key(f"{user.last_name} {user.first_name} {user.username}")[:900]
        user.username_key = username_key(user.username)
    people.objects.bulk_update(found, ["search_key", "sort_key", "username_key"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0023_work_sha256")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="username_key",
            field=models.CharField(db_default="", db_index=True, default="", editable=False, max_length=450),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
