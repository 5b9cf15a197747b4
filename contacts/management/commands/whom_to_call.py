"""Which number to ring at a moment to reach a unit or a principal."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from contacts.presenters.directory import number_line
from contacts.queries.ringing import RingRequest, find_by_name, numbers_for_many
from contacts.rules.doubt import READ_THE_REMARK
from contacts.rules.whom_to_call import NumberToRing

_YEARS = 100


class Command(BaseCommand):
    help = "Visa vilket nummer man ringer just då för att nå en enhet, en kommun eller regionen, bäst först."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, metavar="NAMN", help="Enhetens eller huvudmannens namn.")
        parser.add_argument("--at", metavar="TID", help="ISO-tid, till exempel 2026-11-24T10:52; annars nu.")
        parser.add_argument("--json", action="store_true", help="Svara med JSON.")

    def handle(self, *, unit: str, at: str | None, json: bool, **options: Any) -> None:
        """Print the numbers, best first; an invalid name or time ends with status 2."""
        moment = self._moment(at)
        request = self._request(unit)
        numbers = numbers_for_many([request], moment)[request]
        self.stdout.write(_as_json(numbers) if json else "\n".join(_as_text(n, moment) for n in numbers))

    def _moment(self, text: str | None) -> datetime:
        if text is None:
            return timezone.now()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self._refuse(f'--at: "{text}" är ingen ISO-tid. Skriv till exempel 2026-11-24T10:52.')
        # At the ends of what can be written no day is before, or after.
        if abs(moment.year - timezone.now().year) > _YEARS:
            self._refuse(f"--at: år {moment.year} ligger för långt bort.")
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

    def _request(self, name: str) -> RingRequest:
        found = find_by_name(name)
        if not found:
            self._refuse(f'--unit: ingen enhet eller huvudman heter "{name}".')
        if len(found) > 1:
            listed = ", ".join(label for label, _ in found[:10])
            self._refuse(f"--unit: flera heter så: {listed}. Skriv hela namnet.")
        return found[0][1]

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(2)


def _as_json(numbers: tuple[NumberToRing, ...]) -> str:
    rows = [
        {
            "entry": n.entry_name,
            "number": n.number,
            "open_now": n.open_now,
            "opens_at": _iso(n.opens_at),
            "relays": n.relays,
            "verified_at": _iso(n.verified_at),
        }
        for n in numbers
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _iso(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat() if moment else None


def _as_text(number: NumberToRing, at: datetime) -> str:
    shown = number_line(number, at)
    relays = ", som förmedlar" if number.asked_relays else ""
    parts = (
        shown.number or "nummer saknas",
        shown.name,
        shown.answers,
        shown.ask_for and f"be om {shown.ask_for}{relays}",
        shown.area and f"för området {shown.area}",
        shown.read_remark and READ_THE_REMARK,
        shown.relays and "förmedlar",
        not shown.verified and "ej verifierad",
        shown.flagged and "anmält fel",
    )
    return " · ".join(part for part in parts if part)
