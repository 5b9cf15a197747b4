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

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
