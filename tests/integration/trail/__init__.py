"""The trace as evidence."""
