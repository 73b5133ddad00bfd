"""A reader for the sandbox's own tests: tries, after being confined, the one thing it is told to."""

from __future__ import annotations

import contextlib
import encodings.idna  # noqa: F401 for addresses: later no module can be read
import json
import os
import resource
import socket
import sys
import threading
import time

from casework.evidence import sandbox


def thread() -> str:
    """Whether a second thread runs."""
    met: list[int] = []
    worker = threading.Thread(target=met.append, args=(1,))
    worker.start()
    worker.join()
    return "done" if met else "nothing"


def fork() -> None:
    """Make a process, which ends at once."""
    if os.fork() == 0:
        os._exit(0)


ACTS = {
    "read": lambda path: os.close(os.open(path, os.O_RDONLY)),
    "write": lambda path: os.close(os.open(path, os.O_WRONLY | os.O_CREAT)),
    "list": os.listdir,
    "remove": os.unlink,
    "connect": lambda port: socket.create_connection(("127.0.0.1", int(port)), timeout=2).close(),
    "run": lambda program: os.execv(program, [program]),  # noqa: S606 the very thing that must fail
    "fork": lambda _nothing: fork(),
    "stat": os.stat,
    "kill": lambda process: os.kill(int(process), 0),
}


def attempt(act: str, argument: str) -> str:
    """What came of it, in a word."""
    try:
        if act == "thread":
            return thread()
        ACTS[act](argument)
    except OSError as error:
        return type(error).__name__
    return "done"


def main() -> None:
    """Do the task given in the first argument."""
    task = json.loads(sys.argv[1])
    sandbox.limit_resources(task["limits"])
    granted = sandbox.confine(filtered=task.get("filtered", True))
    if task.get("raise_descriptors"):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    sandbox.emit("isolation", **granted)
    act = task["act"]
    if act == "spin":
        while True:
            pass
    elif act == "hang":
        time.sleep(3600)
    elif act == "linger":
        os.close(1)
        time.sleep(3600)
    elif act == "memory":
        bytearray(64 << 30)
    elif act == "flood":
        while True:
            sandbox.emit("poster", bytes(1 << 20))
    elif act == "babble":
        sandbox.emit("poster", b"\xff\xd8\xffwhole")
        os.write(1, task["argument"].encode("latin-1"))
    else:
        sandbox.emit("facts", facts={"came": attempt(act, task["argument"]), "input": os.read(0, 100).decode()})


if __name__ == "__main__":
    main()
