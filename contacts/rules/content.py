"""What an annotation may say of a content file beyond its type.

`Annotated[str, (...)]` is one of those values, `Annotated[str, "clauses"]` a key of the table [clauses].
"""

MAY_BE_EMPTY = "may be empty"
"""Of a list that must be written, and may be written as []."""
