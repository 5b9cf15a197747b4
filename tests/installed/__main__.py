"""python -m tests.installed: docs/drift.md from a bare machine, command by command; what it made is used and broken.

As root on Debian, with ports 80, 443, 5432, 8000, 8001 and 8443 free. The machine and its log are left, in the folder
that is printed, where something fails.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """0: all of it held. 1: not, or it could not be run."""
    missing = [name for name in ("debootstrap", "systemd-nspawn", "nsenter") if not shutil.which(name)]
    if missing or os.geteuid():
        print(f"EJ KÖRT: det kräver root och {', '.join(missing) or 'inget mer'}.")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "outage.project.settings")
    django.setup()
    # Reads models, which Django must know first.
    return int(
        import_module("tests.installed.walk").walk(_source(Path(tempfile.mkdtemp(prefix="driftstopp-"))))
    )


def _source(folder: Path) -> Path:
    """The folder, with what is committed here in it, as the branch main."""
    source = folder / "source"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(ROOT), str(source)], check=True)
    subprocess.run(["git", "-C", str(source), "update-ref", "refs/heads/main", "HEAD"], check=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
