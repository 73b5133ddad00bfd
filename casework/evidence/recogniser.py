"""The child side of text recognition: gives up network, writing and all files but the program's own, then becomes it.

Run as `python -m casework.evidence.recogniser <task>` with a picture that the server drew itself as standard input. The
program sees that picture and no byte of the evidence.
"""

from __future__ import annotations

import json
import os
import sys

from casework.evidence import sandbox


def main() -> None:
    """Confine this process and turn it into the program; exits with its status."""
    task = json.loads(sys.argv[1])
    sandbox.limit_resources(task["limits"])
    sandbox.confine_program(task["readable"])
    environment = {"LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1", "TMPDIR": "/nonexistent"}
    if task.get("data"):
        environment["TESSDATA_PREFIX"] = task["data"]
    program = str(task["program"])
    arguments = [program, "stdin", "stdout", "-l", str(task["languages"]), "--psm", "3", "tsv"]
    os.execve(program, arguments, environment)  # noqa: S606 the program that was found when the office was set up


if __name__ == "__main__":
    main()
