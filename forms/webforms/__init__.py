"""The forms of the paper."""
