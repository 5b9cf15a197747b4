import django.db.models.deletion
from django.db import migrations, models


def name_assignments(apps, schema_editor):
    """Give each held form the first assignment of its owner; one of an owner without any can not be taken up."""
    held_forms = apps.get_model("outage", "HeldForm").objects
    memberships = apps.get_model("contacts", "Membership").objects
    for held in held_forms.all():
        held.membership = memberships.filter(user=held.user_id).order_by("-active", "pk").first()
        if held.membership:
            held.save()
        else:
            held.delete()
    # PostgreSQL changes no table that has constraints left to check.
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0001_initial"),
        ("outage", "0007_ended_outages_ended_for_all"),
    ]

    operations = [
        migrations.AddField(
            model_name="heldform",
            name="membership",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="contacts.membership",
            ),
        ),
        migrations.RunPython(name_assignments, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="heldform",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="contacts.membership",
            ),
        ),
    ]
