"""Asking clamd, the ClamAV daemon, about a stream of bytes: `zVERSION` and `zINSTREAM` of its protocol (clamd(8)).

A command is a word that begins with z and ends with a null byte, an answer is text that ends with a null byte. INSTREAM
is followed by pieces, each behind its length as four bytes in network order; a length of zero ends the stream. When the
stream is longer than clamd's StreamMaxLength it answers with an error at once and closes the connection.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

PIECE = 64 << 10
LONGEST_ANSWER = 4096
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0
_FOUND = re.compile(r"stream: (.{1,180}) FOUND")
_VERSION = re.compile(r"ClamAV ([^/\x00]{1,40})(?:/([0-9]{1,12})/(.{1,40}))?")


class ScannerUnreachable(Exception):
    """The scanner does not answer, or answers what cannot be understood. Nothing is known of the bytes."""


class TooLong(Exception):
    """The stream is longer than the scanner takes."""


@dataclass(frozen=True)
class Version:
    """The scanner and its signatures, as it names them."""

    engine: str
    database: str


@dataclass(frozen=True)
class Scanner:
    """A clamd at `unix:/path` or `tcp://host:port`. Times in seconds; `answer_seconds` is how long one step of the
    conversation may take, not the whole."""

    address: str
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS

    def version(self) -> Version:
        """Which scanner answers, with which signatures. Raises ScannerUnreachable."""
        with self._connected() as connection:
            connection.sendall(b"zVERSION\0")
            answer = _answer(connection)
        found = _VERSION.fullmatch(answer)
        if not found:
            raise ScannerUnreachable("the scanner's version cannot be understood")
        engine, number, date = found.groups()
        return Version(f"ClamAV {engine}", f"{number}, {date}" if number else "")

    def scan(self, pieces: Iterable[bytes]) -> str:
        """The signature found in the bytes, empty for none. Raises ScannerUnreachable, TooLong."""
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            try:
                for part in _parts(pieces):
                    if _has_spoken(connection):
                        break
                    connection.sendall(struct.pack("!L", len(part)) + part)
                else:
                    connection.sendall(struct.pack("!L", 0))
                return _judged(_answer(connection))
            except (BrokenPipeError, ConnectionResetError):
                # It hung up while we spoke. What it said before that can still be read, if it came this far.
                return _judged(_answer(connection))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        """A connection; whatever goes wrong on it is ScannerUnreachable."""
        try:
            with self._connect() as connection:
                connection.settimeout(self.answer_seconds)
                yield connection
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ScannerUnreachable("the scanner hung up") from error
        except TimeoutError as error:
            raise ScannerUnreachable("the scanner did not answer in time") from error
        except OSError as error:
            raise ScannerUnreachable("the scanner cannot be reached") from error

    def _connect(self) -> socket.socket:
        parts = urlsplit(self.address)
        if parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.connect_seconds)
            try:
                connection.connect(parts.path)
            except BaseException:
                connection.close()
                raise
            return connection
        return socket.create_connection((parts.hostname or "", parts.port or 3310), self.connect_seconds)


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The stream in parts that are not empty: an empty one would end it."""
    for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield piece[start : start + PIECE]


def _has_spoken(connection: socket.socket) -> bool:
    """Whether an answer is there before the stream was over: the scanner takes no more of it."""
    readable, _writable, _failed = select.select([connection], [], [], 0)
    return bool(readable)


def _answer(connection: socket.socket) -> str:
    """One whole answer, without its end. Half an answer is none."""
    data = b""
    while not data.endswith(b"\0"):
        if len(data) > LONGEST_ANSWER:
            raise ScannerUnreachable("the scanner's answer has no end")
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            raise ScannerUnreachable("the scanner broke off in the middle of its answer")
        data += piece
    return data[:-1].decode("utf-8", errors="replace").strip()


def _judged(answer: str) -> str:
    if answer == "stream: OK":
        return ""
    if found := _FOUND.fullmatch(answer):
        return found[1]
    if "size limit exceeded" in answer:
        raise TooLong
    raise ScannerUnreachable("the scanner's answer cannot be understood")
