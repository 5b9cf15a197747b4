"""A bare Debian machine with systemd, in a folder: what somebody who installs the application begins with."""

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

MIRROR = "http://deb.debian.org/debian"
# What a minimal server has, before anything of the guide.
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps"
SUITE = "bookworm"
# Where the machine finds what this one reaches package indexes with.
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_PATIENCE = 60.0


class Failed(Exception):
    """A command of the guide failed; it has the commands and the end of what they said."""


@dataclass
class Machine:
    """Booted, with one shell in it that keeps its variables. It shares this machine's network: ports are free here."""

    leader: int
    log: Path
    _shell: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        kept = {
            name: os.environ[name] for name in ("PIP_INDEX_URL", "PIP_TRUSTED_HOST") if name in os.environ
        }
        kept |= {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "TERM": "dumb",
        }
        self._shell = subprocess.Popen(
            ["nsenter", f"--target={self.leader}", "--all", "/bin/bash", "--noprofile", "--norc"],
            env=kept
            | {"DEBIAN_FRONTEND": "noninteractive", "TERM": "dumb", "PIP_CERT": "/mnt/certificates.crt"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )
        self.run("trap 'broke=1' ERR; set -o errtrace -o pipefail; cd /root")

    def run(self, commands: str, may_fail: bool = False) -> str:
        """What they print. Raises Failed where any of them ends with another status than 0."""
        end = f"end-{uuid.uuid4()}"
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(f"broke=0\n{commands}\necho; echo {end} $broke\n")
        self._shell.stdin.flush()
        said: list[str] = []
        with self.log.open("a", encoding="utf-8") as log:
            log.write("".join(f"# {line}\n" for line in commands.splitlines()))
            log.flush()
            for line in self._shell.stdout:
                if line.startswith(end):
                    if line.split()[1] != "0" and not may_fail:
                        break
                    return "".join(said)
                log.write(line)
                log.flush()
                said.append(line)
        raise Failed(f"{commands}\n\n{''.join(said)[-3000:]}")

    def end(self) -> None:
        self._shell.kill()
        self._shell.wait()


@contextmanager
def bare_machine(folder: Path, source: Path) -> Iterator[Machine]:
    """A new one in `folder`, which has `source` at /mnt/source. What was installed in it is gone afterwards."""
    root = folder / "root"
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root), MIRROR],
        check=True,
        stdout=(folder / "debootstrap.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    for name in ("/etc/pip.conf", "/etc/apt/sources.list"):
        if Path(name).exists():
            shutil.copy(name, root / name[1:])
    booted = subprocess.Popen(
        [
            "systemd-nspawn",
            "--quiet",
            "--register=no",
            "--keep-unit",
            "--resolv-conf=copy-host",
            f"--directory={root}",
            f"--bind-ro={source}:/mnt/source",
            f"--bind-ro={_CERTIFICATES}:/mnt/certificates.crt",
            "--boot",
        ],
        stdin=subprocess.DEVNULL,
        stdout=(folder / "boot.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    leader = _leader(booted.pid)
    try:
        machine = Machine(leader, folder / "machine.log")
        until = monotonic() + _PATIENCE
        while "running" not in machine.run("systemctl is-system-running || true") and monotonic() < until:
            sleep(0.5)
        yield machine
        machine.end()
    finally:
        # All of it goes with its first process; to shut down in order could take minutes.
        os.kill(leader, signal.SIGKILL)
        booted.wait()


def _leader(nspawn: int) -> int:
    """The number here of what is process 1 in there."""
    until = monotonic() + _PATIENCE
    while monotonic() < until:
        children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text(encoding="utf-8").split()
        if children and "systemd" in Path(f"/proc/{children[0]}/comm").read_text(encoding="utf-8"):
            return int(children[0])
        sleep(0.1)
    raise Failed("the bare machine does not boot")
