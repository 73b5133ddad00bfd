"""A clamd of our own that speaks the protocol over real sockets: it knows the EICAR test string, has a size limit, and
can be told to misbehave."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Win.Test.EICAR_HDB-1"


class FakeClamd:
    """`mode`: well; or what goes wrong: silent, garbage, half, hangup, endless."""

    def __init__(self, listener: socket.socket, address: str) -> None:
        self.listener, self.address = listener, address
        self.mode, self.limit, self.database = "well", 1 << 20, "27500/Sat Feb 28 09:23:11 2026"
        self.seen: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._converse(connection)
                except OSError:
                    continue

    def _converse(self, connection: socket.socket) -> None:
        command = b""
        while not command.endswith(b"\0"):
            piece = connection.recv(1)
            if not piece:
                return
            command += piece
        assert command.startswith(b"z"), "commands that end with a null byte begin with z"
        if self.mode == "silent":
            # Until the other side gives up.
            while connection.recv(1 << 16):
                pass
            return
        if command == b"zVERSION\0":
            self._say(connection, f"ClamAV 1.4.2/{self.database}")
        elif command == b"zINSTREAM\0":
            self._scan(connection)
        else:
            self._say(connection, "UNKNOWN COMMAND")

    def _scan(self, connection: socket.socket) -> None:
        data = b""
        while size := struct.unpack("!L", self._exactly(connection, 4))[0]:
            if len(data) + size > self.limit:
                self._say(connection, "INSTREAM size limit exceeded. ERROR")
                return
            data += self._exactly(connection, size)
        self.seen.append(data)
        self._say(connection, f"stream: {SIGNATURE} FOUND" if EICAR in data else "stream: OK")

    def _exactly(self, connection: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = connection.recv(count - len(data))
            if not piece:
                raise ConnectionResetError
            data += piece
        return data

    def _say(self, connection: socket.socket, text: str) -> None:
        answer = text.encode() + b"\0"
        if self.mode == "garbage":
            answer = b"\xff\xfe<html>\0"
        elif self.mode == "half":
            answer = answer[: len(answer) // 2]
        elif self.mode == "hangup":
            return
        elif self.mode == "endless":
            answer = b"x" * 20_000
        connection.sendall(answer)


@contextmanager
def clamd(folder: Path | None = None) -> Iterator[FakeClamd]:
    """One that listens on a socket in `folder`, or on a port of this machine."""
    if folder is not None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(folder / "clamd.ctl"))
        address = f"unix:{folder / 'clamd.ctl'}"
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    listener.listen(8)
    fake = FakeClamd(listener, address)
    try:
        yield fake
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
