"""The sheets' content files, one for each kind of sheet."""

from .loader import CARE_CHAIN_SHEET, all_specs, get_spec, load_spec

__all__ = ["CARE_CHAIN_SHEET", "all_specs", "get_spec", "load_spec"]
