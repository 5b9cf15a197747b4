"""What an annotation may say of a content file beyond its type.

`Annotated[str, (...)]` is one of those values, `Annotated[str, "clauses"]` one that the content is read with.
"""

MAY_BE_EMPTY = "may be empty"
"""Of a list that must be written, and may be written as []."""
