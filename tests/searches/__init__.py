"""Searches as people type them, with the right first hit, written by hand."""
