"""Digests computed beside the writer, in a thread of their own once a file is large."""

from __future__ import annotations

import hashlib
from queue import SimpleQueue
from threading import Thread

from blake3 import blake3

PIECE = 512 << 10
# Below this many pieces one thread is as fast as two.
_THREAD_FROM = 8
_BUFFERS = 8


class Hashing:
    """SHA-256 and BLAKE3 of one file, and the buffers that carry it: a writer fills the buffer from `take`, hands it
    to `update`, and takes the next.

    Buffers go round, since memory that is new for each piece costs more than the copying. There are few of them: a
    fast sender waits for the digests instead of filling the memory. Digests let go of the interpreter while they work.
    """

    def __init__(self) -> None:
        self._sha256, self._blake3 = hashlib.sha256(), blake3()
        self._free: SimpleQueue[bytearray] = SimpleQueue()
        self._free.put(bytearray(PIECE))
        self._full: SimpleQueue[tuple[bytearray, int] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._failure: Exception | None = None
        self._pieces = 0

    def take(self) -> bytearray:
        """A buffer to fill; waits for one. What it held is no longer needed by anybody."""
        return self._free.get()

    def update(self, buffer: bytearray, size: int) -> None:
        """Digest the first `size` bytes of a taken buffer, sooner or later. It may be read until the next `take`."""
        self._pieces += 1
        if self._thread is None and self._pieces > _THREAD_FROM:
            for _ in range(_BUFFERS - 1):
                self._free.put(bytearray(PIECE))
            self._thread = Thread(target=self._work, name="store-hashing", daemon=True)
            self._thread.start()
        if self._thread is None:
            self._digest(buffer, size)
        else:
            self._full.put((buffer, size))

    def finish(self) -> tuple[str, str]:
        """Wait for what is queued. SHA-256 and BLAKE3 in hexadecimal; raises what went wrong in the thread."""
        self.stop()
        if self._failure is not None:
            raise self._failure
        return self._sha256.hexdigest(), self._blake3.hexdigest()

    def stop(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._full.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (full := self._full.get()) is not None:
            try:
                self._digest(*full)
            except (MemoryError, ValueError) as error:
                # Kept for `finish`; the buffers still go round, or the writer would wait for ever.
                self._failure = error

    def _digest(self, buffer: bytearray, size: int) -> None:
        try:
            with memoryview(buffer) as whole, whole[:size] as piece:
                self._sha256.update(piece)
                self._blake3.update(piece)
        finally:
            self._free.put(buffer)
