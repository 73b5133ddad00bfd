"""A line between a browser and the office that can be slow, and can drop."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

CHUNK = 16 * 1024  # bytes


class Line:
    """Listens on a port of its own and carries bytes to the office's. `speed` is bytes each second towards the office,
    0 for as fast as it goes."""

    def __init__(self, port: int) -> None:
        self.port, self.speed, self.down = port, 0, False
        self.listener = socket.create_server(("localhost", 0))
        self.address = f"localhost:{self.listener.getsockname()[1]}"
        self.open: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def drop(self) -> None:
        """Break every connection at once, as a lost network does, and take no new one: browsers try again."""
        self.down = True
        for end in self.open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.open.clear()

    def come_back(self) -> None:
        self.down, self.speed = False, 0

    def close(self) -> None:
        self.listener.close()
        self.drop()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                if self.down:
                    near.close()
                    continue
                far = socket.create_connection(("localhost", self.port))
                self.open += [near, far]
                threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                target.sendall(data)
                if upwards and self.speed:
                    time.sleep(len(data) / self.speed)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
