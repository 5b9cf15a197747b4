"""The trace as evidence: nothing in it is changed, and what somebody has done to it all the same shows."""
