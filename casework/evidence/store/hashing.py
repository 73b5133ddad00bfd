"""Digests computed beside the writer, in threads of their own while a file is large."""

from __future__ import annotations

from queue import Queue
from threading import Thread
from typing import Protocol

# Below this size one thread is as fast as three.
_THREAD_FROM = 4 << 20
# Many small pieces rather than few large ones: they stay in the processor's cache, and a thread that is woken finds
# enough to do.
_QUEUE_PIECES = 16


class Digest(Protocol):
    """What hashlib and blake3 have in common."""

    def update(self, piece: bytes, /) -> object: ...
    def hexdigest(self) -> str: ...


class Hashing:
    """One digest beside the writer: in the same thread while the file is small, in its own from then on.

    SHA-256 takes about as long as reading and writing; digests let go of the interpreter while they work. The queue is
    bounded, so that a fast sender waits for the digest instead of filling the memory.
    """

    def __init__(self, digest: Digest, name: str) -> None:
        self._digest, self._name = digest, name
        self._queue: Queue[bytes | None] | None = None
        self._thread: Thread | None = None
        self._failure: Exception | None = None
        self._size = 0

    def update(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._queue is None and self._size > _THREAD_FROM:
            self._queue = Queue(_QUEUE_PIECES)
            self._thread = Thread(target=self._work, args=(self._queue,), name=f"store-{self._name}", daemon=True)
            self._thread.start()
        if self._queue is None:
            self._digest.update(piece)
        else:
            self._queue.put(piece)

    def _work(self, queue: Queue[bytes | None]) -> None:
        while (piece := queue.get()) is not None:
            try:
                self._digest.update(piece)
            except (MemoryError, ValueError) as error:
                # Kept for `finish`; the queue is still emptied, or the writer would wait for ever.
                self._failure = error

    def finish(self) -> str:
        """Wait for what is queued. The digest in hexadecimal; raises what went wrong in the thread."""
        if self._queue is not None and self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._queue = self._thread = None
        if self._failure is not None:
            raise self._failure
        return self._digest.hexdigest()

    def stop(self) -> None:
        """End the thread; the digest is not wanted."""
        self._failure = None
        self.finish()
