#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    # Django's own server is for development only, and so has the data and the settings of that.
    settings = "development" if sys.argv[1:2] == ["runserver"] else "settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"outage.project.{settings}")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        from outage.project.told import sentence

        if "--traceback" in sys.argv or (said := sentence(error)) is None:
            raise
        raise SystemExit(said) from None


if __name__ == "__main__":
    main()
