"""An office's web server alone, on a database and a store that the test has put where it wants them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.running import CHECKOUT, Office


@contextmanager
def served(office: Office, *, application: str = "casework.wsgi:application", **settings: str) -> Iterator[int]:
    """Serve a prepared office, by two threads of one process; its port. `settings` are further variables."""
    kept = {name: value for name, value in os.environ.items() if not re.match("CASEWORK_|DATABASE_|PYTEST", name)}
    environment: Mapping[str, str] = kept | {
        "CASEWORK_STATE": str(office.state), "CASEWORK_DATABASE_ROLE": "app",
        "DJANGO_SETTINGS_MODULE": "casework.settings", "PYTHONPATH": str(CHECKOUT), **settings,
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{office.port}", "--timeout", "120",
               "--worker-class", "gthread", "--threads", "4", "--log-level", "warning", "--no-control-socket",
               "--worker-tmp-dir", "/dev/shm"]  # noqa: S108  # fmt: skip
    with open(office.state.parent / "web.log", "ab") as log:
        process = subprocess.Popen(command, env=dict(environment), cwd=CHECKOUT, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 120
        while not office.answers():
            assert process.poll() is None, "the web server ended"
            assert time.monotonic() < deadline, "the web server does not answer"
            time.sleep(0.2)
        yield office.port
    finally:
        process.terminate()
        process.wait(60)


STOP = "from casework.core.database import state_dir, stop_database; stop_database(state_dir(), even_if_used=True)"


def stop_database_of(office: Office) -> None:
    """Stop the embedded server that commands on this office have started."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEWORK_", "DATABASE_"))}
    environment |= {"CASEWORK_STATE": str(office.state)}
    subprocess.run([sys.executable, "-c", STOP], env=environment, cwd=CHECKOUT, check=False)
