"""What a search reads: indexes that hold nothing else, so that each key pressed is answered at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes only."""

    dependencies = [("contacts", "0004_drop_old_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="directoryentry",
            index=models.Index(fields=["kind", "principal"], name="entry_kind_principal"),
        ),
        migrations.AddIndex(
            model_name="directoryentry",
            index=models.Index(fields=["sort_key", "id", "retired_at", "search_key", "digits_key"], name="entry_search"),
        ),
        migrations.AddIndex(
            model_name="directoryentry",
            index=models.Index(
                fields=[
                    "sort_key",
                    "id",
                    "retired_at",
                    "first_name_key",
                    "last_name_key",
                    "title_key",
                    "department_key",
                ],
                name="entry_search_by_field",
            ),
        ),
    ]
