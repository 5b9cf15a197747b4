"""The whole installation in one encrypted file, made while it is in use, and put back from it."""
