"""After an upgrade: what lies encrypted as before is encrypted as now."""

from typing import Any

from django.core.management.base import BaseCommand

from contacts.services.encrypting_again import (
    encrypt_log_ins_again,
    encrypt_secrets_again,
    wipe_what_was,
)
from forms.services.scans import encrypt_pictures_again


class Command(BaseCommand):
    help = (
        "Krypterar om det som krypterades på ett äldre sätt: skannade bilder, hemligheter för andra steget och "
        "pågående inloggningar. Körs av sig själv när servern startar. En gång till ändrar inget."
    )

    def handle(self, **options: Any) -> None:
        pictures, secrets, log_ins = (
            encrypt_pictures_again(),
            encrypt_secrets_again(),
            encrypt_log_ins_again(),
        )
        done = {"skannade bilder": pictures, "hemligheter för andra steget": secrets, "inloggningar": log_ins}
        if secrets or log_ins:
            wipe_what_was()
        told = [f"{count} {what}" for what, count in done.items() if count]
        if told and options["verbosity"]:
            self.stdout.write(f"Krypterade om: {', '.join(told)}.")
        elif options["verbosity"] > 1:
            self.stdout.write("Allt var redan krypterat som nu.")
