"""What is done with an installation, from nothing to rolled back."""

import re
import shutil
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection
from time import monotonic

from .guide import GUIDE, sections
from .machine import Failed, Machine, bare_machine
from .people import PASSWORD, Visitor, found_here

HOST = "driftstopp.example.se"
# The last one before there was a guide, and any `backup`.
FORMER = "c9b32097"
INSTALLING = (
    "Packages",
    "The user and the code",
    "The database",
    "Settings and secrets",
    "Services",
    "The proxy, with TLS",
    "See that it serves",
    "The first administrator",
)
# Of the demo; it has patients.
DEMO_UNIT = "Medicinavdelning 2, NUS"
IDLE, HALF_HEADERS, HALF_BODIES = 300, 50, 50
NAME, NUMBER = "Provia Testberg", "191212121212"
# Where what the operation leaves might hold what a patient is called.
LOOKED_IN = "/var/log /var/lib /var/backups /var/tmp /var/cache/nginx /tmp /run /root /etc"


class Walk:
    """One installation, from nothing to rolled back."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.guide = sections(GUIDE.read_text(encoding="utf-8"))
        self.origin = f"https://{HOST}"

    def all_of_it(self) -> None:
        for step in (
            self.install,
            self.begin,
            self.log,
            self.log_beside_who_withholds,
            self.be_broken,
            self.restore_beside,
            self.leave_nothing_readable,
            self.move_to_a_new_machine,
            self.run_the_former_version,
            self.upgrade,
            self.roll_back,
        ):
            began = monotonic()
            step()
            say(f"{step.__name__.replace('_', ' ')}: OK, {monotonic() - began:.0f} s")

    def follow(self, heading: str, *, upto: int | None = None, since: int = 0) -> str:
        return "".join(self.machine.run(block) for block in self.guide[heading][since:upto])

    def install(self) -> None:
        self.machine.run(
            f"SOURCE=/mnt/source VERSION=main HOST={HOST} DATABASE=127.0.0.1/driftstopp\n"
            'git() { command git -c safe.directory=* "$@"; }'
        )
        said = [self.follow(heading) for heading in INSTALLING]
        self.code = one_time_code(said[-1])
        self.certificate = self.machine.run("cat /etc/ssl/driftstopp.pem")
        units = "driftstopp-web driftstopp-work driftstopp-backup.timer driftstopp-tidy.timer"
        self.machine.run(f"systemctl is-active {units} driftstopp-verify.timer")
        self.machine.run("systemctl start driftstopp-tidy driftstopp-verify driftstopp-purge")
        self.machine.run("systemd-analyze verify /etc/systemd/system/driftstopp-*.service")

    def begin(self) -> None:
        """The administrator comes in by the code that the guide's command printed, and lets a nurse in."""
        self.anna = Visitor(self.origin, self.certificate)
        self.anna.begin("anna.ek", self.code)
        self.anna.add_app()
        self.anna.fill_in("/kontakter/enhet/ny/", name="Medicin A", ward_kind="somatic", active="on")
        self.nils = self.nurse("Medicin A")

    def nurse(self, unit: str) -> Visitor:
        """The administrator adds them, and hands out the code that their page gives."""
        path = "/kontakter/person/ny/"
        self.anna.get(path)
        self.anna.fill_in(
            path,
            first_name="Nils",
            last_name="Provning",
            username="nils",
            email="nils@example.se",
            unit=self.anna.choice("unit", unit),
            role="staff",
            title="sjuksköterska",
        )
        self.anna.send(self.anna.form(action=re.compile("/engangskod/$")))
        self.anna.came(200)
        found = Visitor(self.origin, self.certificate)
        found.begin("nils", one_time_code(self.anna.text()))
        return found

    def log(self) -> None:
        self.nils.fill_in("/driftstopp/anmal/", scope="both_principals")
        self.open_chain("Medicin A", NUMBER)
        self.call("Första Samtalet")

    def open_chain(self, ward: str, number: str) -> None:
        nils, path = self.nils, "/vardkedjor/ny/"
        nils.get(path)
        nils.fill_in(
            path,
            identity=number,
            patient_name=NAME,
            before="admitted",
            ward_unit=nils.choice("ward_unit", ward),
            municipality=nils.choice("municipality", "Umeå"),
        )
        self.chain = nils.at.removeprefix(self.origin)

    def call(self, who: str) -> None:
        self.nils.fill_in(
            f"{self.chain}samtal/",
            recipient="municipality",
            number="090-785 00 00",
            outcome="reached",
            messages="new:ready_for_discharge:inpatient",
            spoken_to=who,
            spoken_to_unit="Hemsjukvården",
            read_back="done",
            stay="1",
        )
        self.nils.get(self.chain)
        assert who in self.nils.text()

    def log_beside_who_withholds(self) -> None:
        with withheld(self.certificate):
            began = monotonic()
            self.call("Andra Samtalet")
            say(
                f"  a call beside {IDLE} + {HALF_HEADERS} + {HALF_BODIES} silent ones: {monotonic() - began:.1f} s"
            )

    def be_broken(self) -> None:
        """What stops comes again by itself, and nobody is told a lie meanwhile."""
        self.machine.run(
            "systemctl restart postgresql\nsystemctl kill --signal=KILL driftstopp-web driftstopp-work"
        )
        self.follow("See that it serves")
        self.machine.run("until systemctl is-active driftstopp-web driftstopp-work; do sleep 1; done")
        self.nils.get(self.chain)
        assert "Andra Samtalet" in self.nils.text()
        self.machine.run("systemctl stop driftstopp-web")
        self.nils.get(self.chain)
        assert self.nils.status == 502
        assert "Arbeta på papper så länge" in self.nils.text()
        self.machine.run("systemctl start driftstopp.target")
        self.follow("See that it serves")

    def restore_beside(self) -> None:
        heading = "Back up, and see that it can be restored"
        self.follow(heading, upto=1)
        self.machine.run("BACKUP=$(ls /var/backups/driftstopp/driftstopp-*.backup | tail -n 1)")
        said = self.machine.run('driftstopp restore "$BACKUP" --replace', may_fail=True)
        assert "Databasen används" in said, said
        # What lies outside of the server's folder, the try leaves alone.
        self.machine.run(
            "install -d -o driftstopp -m 0700 /srv/scans; echo 1 > /srv/scans/one; chown driftstopp /srv/scans/one\n"
            "echo SCAN_DIR=/srv/scans >> /etc/driftstopp/env"
        )
        assert "Loggen är hel" in self.follow(heading, since=1, upto=3)
        self.machine.run("[ -e /srv/scans/one ]; sed -i /^SCAN_DIR/d /etc/driftstopp/env; rm -r /srv/scans")
        assert "127.0.0.1:8443" in self.machine.run("ss -lnt | grep 8443")
        beside = Visitor(f"{self.origin}:8443", self.certificate)
        beside.come_back("nils")
        beside.get(self.chain)
        assert {"Första Samtalet", "Andra Samtalet"} <= set(re.findall(r"\w+ Samtalet", beside.text()))
        flipped = "/var/backups/driftstopp/flipped"
        self.machine.run(
            f'cp "$BACKUP" {flipped}; printf "\\\\xff" | dd of={flipped} bs=1 seek=4000 conv=notrunc status=none\n'
            f"chown driftstopp {flipped}"
        )
        said = self.machine.run(
            f"ENV=/etc/driftstopp-try driftstopp restore {flipped} --replace", may_fail=True
        )
        assert "ändrad, skadad eller inte hel" in said, said
        self.machine.run(f"rm {flipped}")
        self.follow(heading, since=3)

    def leave_nothing_readable(self) -> None:
        """What the operation leaves: no patient in logs, in nginx's files, in backups, in the database's own files."""
        for wanted in (NAME, NUMBER, f"{NUMBER[:8]}-{NUMBER[8:]}", "Första Samtalet"):
            found = self.machine.run(
                f"grep -rlaF -e '{wanted}' {LOOKED_IN} 2>/dev/null", may_fail=True
            ).split()
            assert not found, f"{wanted}: {found}"
        # The same search finds what is there.
        assert self.machine.run(f"grep -rlaF -e '{HOST}' {LOOKED_IN} 2>/dev/null", may_fail=True)
        for secret in (PASSWORD, self.code):
            said = self.machine.run(f"journalctl --no-pager | grep -cF -e '{secret}'", may_fail=True)
            assert said.split() == ["0"], said
        self.machine.run("journalctl --no-pager -u 'driftstopp*' | grep -c 'Driftstopp är igång'")

    def move_to_a_new_machine(self) -> None:
        """All is gone but a backup, and the two keys that were kept."""
        kept = "".join(
            f"export {name}=$(sed -n 's/^{name}=//p' /etc/driftstopp/env)\n"
            for name in ("SECRET_KEY", "DATA_KEYS")
        )
        self.machine.run(
            f'{kept}cd /; cp "$BACKUP" /root/; KEPT=/root/${{BACKUP##*/}}\n'
            "systemctl disable --now driftstopp.target driftstopp-{tidy,backup,verify}.timer nginx\n"
            "systemctl stop driftstopp-prepare; rm -rf /etc/systemd/system/driftstopp*; systemctl daemon-reload\n"
            "rm -rf /etc/driftstopp /srv/driftstopp /var/{lib,backups}/driftstopp /usr/local/sbin/driftstopp\n"
            "rm /etc/nginx/sites-*/driftstopp /etc/ssl/driftstopp.pem; userdel driftstopp\n"
            "runuser -u postgres -- dropdb driftstopp\n"
            "for role in driftstopp{,_owner,_purge}; do runuser -u postgres -- dropuser $role; done"
        )
        at = INSTALLING.index("Services")
        for heading in (*INSTALLING[1:at], "On a new machine, from a backup", *INSTALLING[at:-1]):
            self.follow(heading)
        self.machine.run("unset SECRET_KEY DATA_KEYS")
        self.certificate = self.machine.run("cat /etc/ssl/driftstopp.pem")
        self.nils = Visitor(self.origin, self.certificate)
        self.nils.come_back("nils")
        self.call("Tredje Samtalet")
        assert {"Första Samtalet", "Andra Samtalet"} <= set(re.findall(r"\w+ Samtalet", self.nils.text()))

    def run_the_former_version(self) -> None:
        """In the place of it, with what the demo logs in it and nothing else."""
        self.machine.run(
            "cd /; systemctl stop driftstopp.target driftstopp-prepare\n"
            "rm -rf /var/lib/driftstopp/* /var/backups/driftstopp/* /srv/driftstopp/main\n"
            "runuser -u postgres -- dropdb driftstopp\n"
            "runuser -u postgres -- createdb --owner=driftstopp_owner --encoding=UTF8 --locale=C.UTF-8 "
            "--template=template0 driftstopp\n"
            f"VERSION={FORMER}; ln -sfn none /srv/driftstopp/now"
        )
        self.follow("Upgrade", upto=1)
        self.machine.run(
            f"ln -sfn {FORMER} /srv/driftstopp/now\n"
            "systemd-run --quiet --wait --pipe -p User=driftstopp -p WorkingDirectory=/srv/driftstopp/now "
            "-p EnvironmentFile=/etc/driftstopp/env -p EnvironmentFile=/etc/driftstopp/owner "
            "/usr/bin/env PRODUCTION=0 DEMO=1 ALLOWED_HOSTS=127.0.0.1 .venv/bin/python .ci/prepare.py\n"
            "systemctl start driftstopp.target"
        )
        self.follow("See that it serves")
        (command,) = self.guide["The first administrator"]
        said = self.machine.run(f'{command} --unit "{DEMO_UNIT}"')
        self.anna = Visitor(self.origin, self.certificate)
        self.anna.begin("anna.ek", one_time_code(said))
        self.anna.add_app()
        self.nils = self.nurse(DEMO_UNIT)
        self.before = self.logged()
        assert len(self.before) > 3, self.before

    def logged(self) -> list[str]:
        """What the nurse's list of chains says, chain by chain."""
        self.nils.get("/vardkedjor/")
        self.nils.came(200)
        return [
            each.get_text(" ", strip=True)
            for each in self.nils.page.main.find_all("a", href=re.compile("^/vardkedja/"))
        ]

    def upgrade(self) -> None:
        self.machine.run("VERSION=main")
        said = self.follow("Upgrade")
        assert "Loggen är hel." in said, said
        assert "0 av" in said, said
        self.nils.get("/")
        assert self.nils.status == 200
        assert self.logged() == self.before
        # One whose number nobody knows: the demo has the other.
        self.open_chain(DEMO_UNIT, "okänt")
        self.call("Efter Uppgraderingen")

    def roll_back(self) -> None:
        blocks = self.guide["Roll back"]
        said = self.machine.run(f"FORMER=none\n{blocks[0]}", may_fail=True)
        assert "NO SUCH VERSION" in said, said
        self.machine.run(f"systemctl is-active driftstopp-web; FORMER={FORMER}")
        said = self.machine.run(blocks[0], may_fail=True)
        assert "Detta finns i databasen men inte i säkerhetskopian" in said, said
        assert re.search(r"samtal: \d", said), said
        assert "Inget är återställt" in said, said
        said = self.machine.run(blocks[1])
        assert "Återställt:" in said, said
        assert "Loggen är hel." in said, said
        self.machine.run(f"[ $(readlink /srv/driftstopp/now) = {FORMER} ]")
        self.nils.come_back("nils")
        assert self.logged() == self.before
        self.nils.get(self.chain)
        assert self.nils.status == 404


def one_time_code(text: str) -> str:
    found = re.search(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", text)
    assert found, text
    return found[0]


def walk(folder: Path) -> int:
    """The status to end with. The folder has the source; it is removed where all held."""
    with bare_machine(folder, folder / "source") as machine, found_here(HOST):
        try:
            Walk(machine).all_of_it()
        except (Failed, AssertionError) as wrong:
            say(f"FEL: {wrong}\nDatorn och dess logg ligger i {folder}.")
            return 1
    shutil.rmtree(folder)
    return 0


@contextmanager
def withheld(certificate: str) -> Iterator[None]:
    """Those who connect and say nothing, or begin and do not go on."""
    context = ssl.create_default_context(cadata=certificate)
    head = f"POST /logga-in/ HTTP/1.1\r\nHost: {HOST}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nlogin="
    with ExitStack() as open_ones:
        for number in range(IDLE + HALF_HEADERS + HALF_BODIES):
            one = open_ones.enter_context(create_connection(("127.0.0.1", 443), timeout=20))
            if number >= IDLE:
                one = open_ones.enter_context(context.wrap_socket(one, server_hostname=HOST))
                one.sendall((head + form if number >= IDLE + HALF_HEADERS else head).encode())
        yield


def say(words: str) -> None:
    print(words, flush=True)
