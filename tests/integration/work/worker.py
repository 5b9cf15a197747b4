"""`python -m tests.integration.work.worker`: the worker, with work that a test steers, and a sweep that waits seconds.

Work of kind `steered` is at step 3 of 9 until the file `args["gate"]` is there, and then does what stands in it.
"""

import os
import time
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import django

from tests.clock import sleep_at_any_date

PATIENT = "Tolvan Tolvansson 19121212-1212"


def know() -> None:
    from contacts.rules.errors import RuleError
    from contacts.services.progress import Progress, Steps
    from contacts.services.work import Job, Kind, Made, know_work

    def steered(job: Job) -> Steps[Made]:
        (content,) = job.read_files()
        gate = Path(job.args["gate"])
        while not gate.exists():
            yield Progress("Räknar", 3, 9)
            time.sleep(0.02)
        what = gate.read_text()
        if what == "break":
            raise ValueError(content.decode())
        if what == "refuse":
            raise RuleError("Filen gick inte att läsa.")
        return Made(content=content, filename="lista.pdf")

    know_work("steered", Kind(steered, "my_work", "Inget är utskrivet."))


def main() -> None:
    django.setup()
    know()
    from django.core.management import call_command

    beat, silent = timedelta(seconds=0.1), timedelta(seconds=float(os.environ["SILENT"]))
    with (
        patch("contacts.services.work_watching.BEAT_EVERY", beat),
        patch("contacts.services.work_sweep.SILENT_MOST", silent),
        patch("forms.management.commands.work._SWEEP_EVERY", 0.2),
        patch("forms.management.commands.work._LOOK_EVERY", 0.05),
        patch("forms.management.commands.work.warm_up"),
    ):
        call_command("work", **{"while": os.getppid()})


if __name__ == "__main__":
    sleep_at_any_date()
    main()
