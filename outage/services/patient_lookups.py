"""What an exact look-up of a patient's number or name finds: written anew with each row of what is known."""

from contacts.models.data_key import key_to_write_with
from outage.models import CareChainDetails, PatientLookup


def write_lookups(details: CareChainDetails) -> None:
    """In the caller's transaction. `details` is what the chain's patient is known by from now on."""
    if details.replaces_id:
        PatientLookup.objects.filter(chain=details.chain).delete()
    if found := lookups_for(details):
        PatientLookup.objects.bulk_create(found)


def lookups_for(details: CareChainDetails) -> list[PatientLookup]:
    """Not saved. People with protected personal data are not looked up by name."""
    texts = [text for text in (*details.number_texts, details.name_text) if text]
    key = key_to_write_with(details.chain.key_name) if texts else None
    if key is None or key.cipher is None:
        return []
    return [
        PatientLookup(chain=details.chain, key_id=key.id, hash=key.cipher.keyed_hash(text)) for text in texts
    ]
