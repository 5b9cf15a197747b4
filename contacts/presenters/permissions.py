"""The table of rights as Markdown, for README.md: what stands there is printed from the rule."""

from contacts.rules.permissions import TABLE, Role


def permission_table() -> str:
    """A row for each right, a column for each role, the border where they meet."""
    rows = [
        ["", *(role.label for role in Role)],
        ["---"] * (len(Role) + 1),
        *(
            [right.label, *(reach[role].label if role in reach else "–" for role in Role)]
            for right, reach in TABLE.items()
        ),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
