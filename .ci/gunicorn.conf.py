"""How gunicorn serves: one sync worker a core and two at least, on this machine only.

What takes long is done beside them (`manage.py work`).

Nothing is preloaded: each worker opens its own database connection after the fork and keeps it. Requests are
not logged; what happened stands in the audit log.
"""

import fcntl
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WORKERS", "0")) or max(2, len(os.sched_getaffinity(0)))
worker_class = "sync"
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# The binder of a principal with three thousand entries takes half a minute to typeset, and more on a busy machine.
timeout = 180
# How often what has had its time is removed.
TIDY_SECONDS = 3600
graceful_timeout = 20
# What a proxy says of a request is heard by the settings, where BEHIND_PROXY says that there is one; here, anybody on
# this machine would be believed, and whoever a proxy lets the headers through of.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
accesslog = None
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Print the address once the first worker has loaded the application and answers."""
    # Ctrl-C reaches the whole group; the master then stops its workers, once and in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if worker.age == 1:
        print(f"\nDriftstopp är igång. Öppna http://{bind}/ i webbläsaren.\nAvsluta med Ctrl-C.", flush=True)
    # In the background: loading the typesetter takes over a second, and the first page must not wait for it.
    threading.Thread(target=_warm_up_printing, daemon=True).start()
    threading.Thread(target=_tidy_on_time, daemon=True).start()


def _warm_up_printing() -> None:
    from forms.rendering import warm_up
    from outage.checks import check_printing

    if not check_printing(None):
        warm_up()
    _leave_what_stays()


def _leave_what_stays() -> None:
    """Exclude the application itself from garbage collection: traversing all of it stops a page for long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _tidy_on_time() -> None:
    """Every hour one of the workers has it done, in a process of its own that gives way to who logs calls."""
    from django.conf import settings

    place = Path(settings.VAR_DIR) / "tidied"
    while True:
        time.sleep(TIDY_SECONDS / 60)
        with suppress(OSError), place.open("ab") as lock:
            # Held while it goes on; the operating system releases it, also where the worker is killed.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - os.fstat(lock.fileno()).st_mtime >= TIDY_SECONDS:
                os.utime(place)
                subprocess.run(["nice", "-n", "19", sys.executable, "manage.py", "tidy"], check=False)


def on_exit(server: Any) -> None:
    """Log that it was a stop and no crash."""
    print("\nDriftstopp är stoppat.", flush=True)
