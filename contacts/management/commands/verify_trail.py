"""Whether the trace is whole: what was changed, removed, put in or cut off."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand

from contacts.models import AuditEntry, DataKey, TrailSeal
from contacts.models.ciphers import Cipher
from contacts.models.data_key import TRAIL
from contacts.trail.checkpoints import Checked, verify_checkpoints
from contacts.trail.triggers import missing_triggers
from contacts.trail.verifying import Verdict, verify

WHOLE, NOT_WHOLE = 0, 1
MOST_LINES = 1_000


class Command(BaseCommand):
    help = (
        "Kontrollera att loggen är hel: att ingen rad är ändrad, borttagen, inskjuten eller avklippt. "
        "Slutar med 0: hel, 1: inte hel, eller inte möjlig att kontrollera."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--checkpoints",
            type=Path,
            action="append",
            default=[],
            metavar="FIL",
            help="Kontrollpunkter från en annan dator (TRAIL_CHECKPOINTS). Får anges flera gånger.",
        )

    def handle(self, *, checkpoints: list[Path], **options: Any) -> None:
        if not (AuditEntry.objects.exists() or TrailSeal.objects.exists() or checkpoints):
            self.stdout.write("Loggen är tom.")
            return
        cipher = self._cipher()
        verdict = verify(cipher, self._progress)
        checked = [self._checked(path, cipher, verdict) for path in checkpoints]
        for line in _counts(verdict):
            self.stdout.write(line)
        for line in _beyond(checked):
            self.stdout.write(line)
        if missing_triggers():
            self.stdout.write("Databasens skydd mot ändringar i loggen saknas. Kör: python manage.py migrate")
        for fault in verdict.faults.found[:MOST_LINES]:
            self.stdout.write(str(fault))
        if len(verdict.faults) > MOST_LINES:
            self.stdout.write(f"… och {len(verdict.faults) - MOST_LINES} fel till.")
        if verdict.faults:
            self.stdout.write(f"Loggen är inte hel: {len(verdict.faults)} fel.")
            sys.exit(NOT_WHOLE)
        self.stdout.write("Loggen är hel.")

    def _cipher(self) -> Cipher:
        """Never makes one: with another key than it was sealed with the trace says nothing."""
        try:
            row = DataKey.objects.filter(name=TRAIL).first()
            cipher = row.cipher if row else None
        except InvalidToken:
            self._refuse("DATA_KEYS är inte de nycklar som loggen är förseglad med.")
        if cipher is None:
            self._refuse(
                "Nyckeln som loggen är förseglad med finns inte i databasen. Inget kan kontrolleras."
            )
        return cipher

    def _checked(self, path: Path, cipher: Cipher, verdict: Verdict) -> Checked:
        try:
            return verify_checkpoints(path, cipher, verdict.faults)
        except OSError:
            self._refuse(f"{path} går inte att läsa.")

    def _progress(self, done: int, of: int) -> None:
        if of > 20_000:
            self.stderr.write(f"{done} av {of} rader …")

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(NOT_WHOLE)


def _counts(verdict: Verdict) -> Iterator[str]:
    yield f"Rader i loggen: {verdict.rows}. Förseglade: {verdict.sealed}, i {verdict.seals} förseglingar."
    if verdict.from_before:
        yield (
            f"Av dem är {verdict.from_before} från tiden före förseglingen: de är som de var när de förseglades, "
            "och vad som hade hänt med dem dessförinnan syns inte."
        )
    yield f"Ännu inte förseglade: {verdict.unsealed}."


def _beyond(checked: list[Checked]) -> Iterator[str]:
    if not checked:
        yield (
            "Ingen fil med kontrollpunkter angavs (--checkpoints): att de sista raderna har klippts av, "
            "tillsammans med sina förseglingar, kan då inte ses."
        )
        return
    lines, upto = sum(each.lines for each in checked), max(each.upto for each in checked)
    yield f"Kontrollpunkter: {lines}, till och med rad {upto}. Om rader efter den har klippts av kan inte ses."
