"""Prepared view objects: what a page shows, decided before the template."""
