"""What the walk of the addresses takes for patients' is all that is: no model that leads to a chain is left out."""

from django.apps import apps

from tests.integration.borders.asking import NO_PATIENTS, about_patients


def test_no_key_leads_from_what_is_said_to_hold_no_patients_to_a_chain():
    found = {apps.get_model("outage.CareChain")}
    size = 0
    while size != len(found):
        size = len(found)
        found |= {
            m for m in apps.get_models() if {key.related_model for key in m._meta.concrete_fields} & found
        }
    assert {model._meta.label for model in found} & set(NO_PATIENTS) == set()
    assert found <= about_patients()
    assert len(found) > 15
