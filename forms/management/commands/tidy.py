"""Remove what has had its time: run by the server every hour, or by cron."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from contacts.page_versions import drop_old_changes
from contacts.services.tidying import drop_cached, drop_ended_log_ins, drop_old_codes, drop_old_files
from contacts.services.work_sweep import drop_old_work
from contacts.unfinished import stop_where_unfinished
from forms.backup.making import drop_rooms
from forms.scanning import sweep
from forms.services.scans import drop_keys_of_no_scan, tidy_pictures
from outage.presenters.clock import clock_gone_wrong
from outage.services.held_forms import drop_outdated

# What is removed, in the words of who reads it: one, and several.
_WORK = (
    (drop_outdated, "sparat formulär äldre än tolv timmar", "sparade formulär äldre än tolv timmar"),
    (tidy_pictures, "bild av en avbruten skanning", "bilder av avbrutna skanningar"),
    (drop_keys_of_no_scan, "nyckel till en avbruten skanning", "nycklar till avbrutna skanningar"),
    (drop_old_work, "utskrift äldre än ett dygn", "utskrifter äldre än ett dygn"),
    (drop_old_files, "uppladdad fil som ingen läste in", "uppladdade filer som ingen läste in"),
    (drop_ended_log_ins, "inloggning som gått ut", "inloggningar som gått ut"),
    (drop_old_codes, "engångskod som gått ut", "engångskoder som gått ut"),
    (drop_old_changes, "uppgift om ändrade sidor", "uppgifter om ändrade sidor"),
    (drop_cached, "gammal rad i mellanlagret", "gamla rader i mellanlagret"),
    (drop_rooms, "ofärdig säkerhetskopia", "ofärdiga säkerhetskopior"),
    (sweep, "gammal tillfällig mapp", "gamla tillfälliga mappar"),
)


class Command(BaseCommand):
    help = "Tar bort det som har haft sin tid. Servern gör det själv varje timme. En gång till tar inte bort något mer."

    def handle(self, **options: Any) -> None:
        stop_where_unfinished()
        told = []
        for work, one, several in _WORK:
            if count := work():
                told.append(f"{count} {one if count == 1 else several}")
        if told:
            self.stdout.write(f"Borttaget: {', '.join(told)}.")
        elif options["verbosity"] > 1:
            self.stdout.write("Inget att ta bort.")
        # Each hour somebody may read it.
        if wrong := clock_gone_wrong(timezone.now()):
            self.stderr.write(wrong)
