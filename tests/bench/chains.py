"""A care chain as most are: three messages, each told to the municipality and to open care. Six rows of its sheet."""

from typing import Any

from tests.paper.making import at, log_call, log_event, make_chain


def usual_chain(place: Any) -> Any:
    """Make it; `tests/bench/former.json.gz` has it in the former layout."""
    chain = make_chain(place, patient_name="Sture Testberg")
    for hour, kind in ((11, "admission"), (13, "ready_for_discharge"), (15, "discharge")):
        event = log_event(place, chain, kind, at(hour, 5))
        log_call(place, chain, [event], at(hour, 10))
        log_call(place, chain, [event], at(hour, 15), recipient="outpatient", spoken_to="Stina Strand")
    return chain
