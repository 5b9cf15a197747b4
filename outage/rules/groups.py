"""A serial in groups. By itself: each scan is read in a new process, which starts sooner with little to import."""

_GROUP = 3


def in_groups(serial: str) -> str:
    """A plain serial as it is printed and read: 7K3-QX9-M2C."""
    return "-".join(serial[start : start + _GROUP] for start in range(0, len(serial), _GROUP))
