"""A second, slower formulation of what a log must get right, written from the text and not from the code."""
