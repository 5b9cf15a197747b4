"""Patients of one name are found by keyed hashes, beside those of their numbers."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.migrations._encrypting import CHUNK, Encrypting
from contacts.models.ciphers import Undecipherable
from contacts.models.data_key import name_of
from contacts.models.encrypted import about_column, decrypted_with
from outage.rules.identity import name_text


def hash_names(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of the row that a chain is known by now."""
    run = Encrypting(apps, schema_editor)
    chains = apps.get_model("outage", "CareChain")
    lookups = apps.get_model("outage", "PatientLookup")
    about = about_column(apps.get_model("outage", "CareChainDetails"), "patient_name")
    named = chains.objects.filter(details__protected_identity=False)
    shown = set(named.values_list("pk", flat=True))
    found = []
    for pk, principal, outage, raw in run.rows(chains, ["details__patient_name"], ("principal", "outage")):
        stored = raw["details__patient_name"]
        key = run.key(name_of(principal, outage)) if stored and pk in shown else None
        if not key or not key.cipher:
            continue
        try:
            text = name_text(decrypted_with(key, stored, about))
        except Undecipherable:
            # Somebody changed it in the database: its own page says so, and it has no name to compare.
            continue
        if text:
            found.append(lookups(chain_id=pk, key_id=key.id, hash=key.cipher.keyed_hash(text)))
    lookups.objects.bulk_create(found, batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("outage", "0008_chain_states")]

    operations = [
        migrations.AlterModelOptions(
            name="patientlookup",
            options={
                "verbose_name": "sökning på nummer eller namn",
                "verbose_name_plural": "sökningar på nummer eller namn",
            },
        ),
        migrations.RunPython(hash_names),
    ]
