"""Files of contacts, in and out: the only door to tablib, openpyxl, calamine, ftfy and vobject.

What a file is read with (`columns`, `rows`, `changes`, `mapping` and what they import) is plain Python. Workbooks are
opened in a process of their own (`child`). `plan` works out what a file would do and writes nothing; `write` does it.
"""
