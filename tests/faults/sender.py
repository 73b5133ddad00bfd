"""A program that sends a file by tus 1.0 to an office that may die at any moment, and holds it to its word."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.running import Office

OFFSET_TYPE = "application/offset+octet-stream"
PLACE = "/evidence/uploads/"
GIVE_UP = 900  # seconds without any progress, on a machine that starts servers slowly


@dataclass
class Answer:
    """What the office said."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Broken(Exception):
    """The connection ended without an answer: whoever was about to answer is gone."""


class Unanswered(Broken):
    """Nobody took the request, or nobody answered in time: nothing tells that anything died."""


@dataclass
class Sender:
    """One file on its way. `broken` counts the requests that died under way, `unanswered` those of which that cannot
    be said, `resumed` how often it asked where it stands and went on from there, `acknowledged` is the last offset that
    the office confirmed, `problems` what it should never have said."""

    office: Office
    name: str
    data: bytes
    port: int
    chance: random.Random
    url: str = ""
    acknowledged: int = 0
    broken: int = 0
    unanswered: int = 0
    resumed: int = 0
    refused: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request with the token of the office's investigator. Raises Broken when no answer comes."""
        given = {"Authorization": f"Bearer {self.office.token}", "Tus-Resumable": "1.0.0"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=given)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except (TimeoutError, ConnectionRefusedError) as error:
            self.unanswered += 1
            raise Unanswered from error
        except (OSError, http.client.HTTPException) as error:
            self.broken += 1
            raise Broken from error
        finally:
            connection.close()

    def persist(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """The same until it is answered with anything below 500."""
        deadline = time.monotonic() + GIVE_UP
        while True:
            try:
                answer = self.ask(method, path, body, **headers)
                if answer.status < 500:
                    return answer
                self.refused.append(answer.status)
            except Broken:
                pass
            assert time.monotonic() < deadline, f"{method} {path}: no answer"
            time.sleep(0.05 + self.chance.random() / 5)

    def begin(self) -> None:
        """Register the file."""
        answer = self.persist("POST", PLACE, Upload_Length=str(len(self.data)))
        assert answer.status == 201, answer.body
        self.url = answer.headers["Location"]

    def stands_at(self) -> int:
        """Where the office says it stands; never before what it acknowledged."""
        deadline = time.monotonic() + GIVE_UP
        while True:
            answer = self.persist("HEAD", self.url)
            if answer.status == 200:
                break
            assert answer.status == 409, answer.status
            assert time.monotonic() < deadline, "busy for ever"
            time.sleep(0.1)
        offset = int(answer.headers["Upload-Offset"])
        if offset < self.acknowledged:
            self.problems.append(f"{self.name}: {self.acknowledged} acknowledged, {offset} left")
        self.acknowledged = offset
        return offset

    def send_piece(self, offset: int, size: int, **headers: str) -> int | None:
        """One piece; the new offset, or None when it is to be asked for."""
        piece = self.data[offset : offset + size]
        checksum = headers.pop("checksum", "yes" if self.chance.random() < 0.5 else "")
        if checksum:
            headers["Upload_Checksum"] = "sha256 " + _base64(hashlib.sha256(piece).digest())
        try:
            answer = self.ask("PATCH", self.url, piece, Upload_Offset=str(offset), Content_Type=OFFSET_TYPE, **headers)
        except Broken:
            return None
        if answer.status == 204:
            self.acknowledged = int(answer.headers["Upload-Offset"])
            return self.acknowledged
        self.refused.append(answer.status)
        return None

    def send(self) -> None:
        """The whole file, in pieces of random size, whatever happens."""
        if not self.url:
            self.begin()
        offset: int | None = self.stands_at()
        deadline = time.monotonic() + GIVE_UP
        while offset is None or offset < len(self.data):
            if offset is None:
                time.sleep(0.02 + self.chance.random() / 10)
                offset = self.stands_at()
                self.resumed += 0 < offset < len(self.data)
                continue
            before = offset
            offset = self.send_piece(offset, self.chance.choice((30_000, 100_000, 300_000)))
            if offset is not None and offset > before:
                deadline = time.monotonic() + GIVE_UP
            assert time.monotonic() < deadline, f"{self.name}: no progress"
        # Whatever the last answer was: only a sealed upload is a whole one.
        assert self.stands_at() == len(self.data)

    def register(self, team: str) -> str:
        """Make it an item's file; the item's id. Sent again with its key until it is answered."""
        body = {"team": team, "kind": "video", "title": self.name, "uploads": [self.url.split("/")[-2]]}
        answer = self.persist("POST", "/api/v1/evidence/", json.dumps(body).encode(), Content_Type="application/json",
                              Idempotency_Key=self.name)  # fmt: skip
        assert answer.status == 201, answer.body
        made: dict[str, Any] = json.loads(answer.body)
        return str(made["id"])


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
