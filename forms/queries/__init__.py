"""Reads for the paper: what a sheet is made of, where each sheet is, what was scanned."""
