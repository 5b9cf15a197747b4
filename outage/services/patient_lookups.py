"""What an exact look-up of a patient's number or name finds: written anew with each row of what is known."""

from contacts.models.data_key import key_to_write_with
from outage.models import CareChainDetails, PatientLookup
from outage.rules.identity import IdentityKind, lookup_texts, name_text


def write_lookups(details: CareChainDetails) -> None:
    """In the caller's transaction. `details` is what the chain's patient is known by from now on."""
    if details.replaces_id:
        PatientLookup.objects.filter(chain=details.chain).delete()
    if found := lookups_for(details):
        PatientLookup.objects.bulk_create(found)


def lookups_for(details: CareChainDetails) -> list[PatientLookup]:
    """Not saved. People with protected personal data are not looked up by name."""
    texts = [*lookup_texts(IdentityKind(details.identity_kind), details.identity_number)]
    if not details.protected_identity and (name := name_text(details.patient_name)):
        texts.append(name)
    key = key_to_write_with(details.chain.key_name) if texts else None
    if key is None or key.cipher is None:
        return []
    return [
        PatientLookup(chain=details.chain, key_id=key.id, hash=key.cipher.keyed_hash(text)) for text in texts
    ]
