"""Numbers are found whatever signs stand around them: those that were kept with signs are hashed as they are read now."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.migrations._encrypting import CHUNK, Encrypting
from contacts.models.ciphers import Undecipherable
from contacts.models.data_key import name_of
from contacts.models.encrypted import about_column, decrypted_with
from outage.rules.identity import IdentityKind, lookup_texts


def hash_numbers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of the row that a chain is known by now. No other kind was ever kept with a sign; nobody asks for a former hash."""
    run = Encrypting(apps, schema_editor)
    chains = apps.get_model("outage", "CareChain")
    lookups = apps.get_model("outage", "PatientLookup")
    about = about_column(apps.get_model("outage", "CareChainDetails"), "identity_number")
    others = set(chains.objects.filter(details__identity_kind=IdentityKind.OTHER).values_list("pk", flat=True))
    there = set(lookups.objects.filter(chain__in=others).values_list("chain", "hash"))
    found = []
    for pk, principal, outage, raw in run.rows(chains, ["details__identity_number"], ("principal", "outage")):
        stored = raw["details__identity_number"]
        key = run.key(name_of(principal, outage)) if stored and pk in others else None
        if not key or not key.cipher:
            continue
        try:
            number = decrypted_with(key, stored, about)
        except Undecipherable:
            # Somebody changed it in the database: its own page says so.
            continue
        hashes = {key.cipher.keyed_hash(text) for text in lookup_texts(IdentityKind.OTHER, number)}
        found += [
            lookups(chain_id=pk, key_id=key.id, hash=one) for one in sorted(hashes) if (pk, one) not in there
        ]
    lookups.objects.bulk_create(found, batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("outage", "0022_shown_as")]

    operations = [migrations.RunPython(hash_numbers, migrations.RunPython.noop)]
