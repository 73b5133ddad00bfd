"""A reader for the sandbox's own tests: tries, after being confined, the one thing it is told to."""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import time

from casework.evidence import sandbox


def attempt(act: str, argument: str) -> str:
    """What came of it, in a word."""
    try:
        if act == "read":
            os.close(os.open(argument, os.O_RDONLY))
        elif act == "write":
            os.close(os.open(argument, os.O_WRONLY | os.O_CREAT))
        elif act == "list":
            os.listdir(argument)
        elif act == "remove":
            os.unlink(argument)
        elif act == "connect":
            socket.create_connection(("127.0.0.1", int(argument)), timeout=2).close()
        elif act == "run":
            os.execv(argument, [argument])  # noqa: S606 the very thing that must fail
    except OSError as error:
        return type(error).__name__
    return "done"


def main() -> None:
    """Do the task given in the first argument."""
    task = json.loads(sys.argv[1])
    sandbox.limit_resources(task["limits"])
    granted = sandbox.confine()
    if task.get("raise_descriptors"):
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
