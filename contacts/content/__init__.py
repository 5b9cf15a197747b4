"""Content files of the directory, and how every content file is read."""
