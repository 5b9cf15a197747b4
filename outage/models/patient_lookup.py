"""What an exact look-up of a patient's number or name asks for: keyed hashes, which go when the key does."""

from django.db import models

from contacts.models import DataKey

from .care_chain import CareChain


class PatientLookup(models.Model):
    """One way to ask for the number of a chain's patient, or for the name, as they are known now
    (`lookup_texts` and `name_text` of `outage.rules.identity`).
    """

    append_only = False

    chain = models.ForeignKey(CareChain, on_delete=models.CASCADE, related_name="lookups")
    key = models.ForeignKey(DataKey, on_delete=models.CASCADE, related_name="patient_lookups")
    hash = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = "sökning på nummer eller namn"
        verbose_name_plural = "sökningar på nummer eller namn"

    def __str__(self) -> str:
        return f"sökning på nummer eller namn {self.pk}"
