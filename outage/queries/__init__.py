"""Reads. Scoped data has its one entrance here: each function takes the acting person."""
