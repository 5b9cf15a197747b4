"""Tables in files: the only door to tablib and openpyxl, for the directory's CSV and XLSX.

tablib writes both formats, openpyxl adds what tablib has no word for (text format, widths) and reads the cells
of a sheet. Reading is otherwise ours: tablib trusts the size a sheet says it has, takes a formula's last value
without saying so, and drops empty rows, after which no row number is what the person sees. So is everything
that stands between a stranger's file and openpyxl: see `archive` and `sheet_scan`.
"""

from .errors import BadTable
from .reading import read_file, read_table
from .writing import write_csv, write_xlsx

__all__ = ["BadTable", "read_file", "read_table", "write_csv", "write_xlsx"]
