"""Reads of the directory. It holds no patient data: everyone who is logged in may read all of it."""
