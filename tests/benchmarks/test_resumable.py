"""A large file by resumable upload from a socket into the store, beside a copy of it and one reading of the copy.

CASEWORK_BENCH_TUS_BYTES is its size, 2 GB when left out; three times as much room is needed. Both take turns.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import statistics
import subprocess
import time
from pathlib import Path

import pytest

from tests.benchmarks.test_ratios import Line
from tests.benchmarks.test_upload import MEMORY, growth, pieces
from tests.running import Office

SIZE = int(os.environ.get("CASEWORK_BENCH_TUS_BYTES", 2 * 10**9))
PIECE = 16 << 20
ROUNDS = 2
TARGET = 6.0


def send(office: Office, source: Path) -> str:
    """By pieces as our pages send them, each with its checksum; the upload's address."""
    connection = http.client.HTTPConnection("127.0.0.1", office.port, timeout=600)
    headers = {"Authorization": f"Bearer {office.token}", "Tus-Resumable": "1.0.0"}

    def ask(method: str, path: str, body: bytes = b"", **more: str) -> http.client.HTTPResponse:
        given = headers | {name.replace("_", "-"): value for name, value in more.items()}
        connection.request(method, path, body=body, headers=given)
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 300, answer.status
        return answer

    url = str(ask("POST", "/evidence/uploads/", Upload_Length=str(source.stat().st_size)).headers["Location"])
    with open(source, "rb", buffering=0) as file:
        offset = 0
        while piece := file.read(PIECE):
            digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
            ask("PATCH", url, piece, Upload_Offset=str(offset), Upload_Checksum=f"sha256 {digest}",
                Content_Type="application/offset+octet-stream")  # fmt: skip
            offset += len(piece)
    return url


def found_in(office: Office, url: str) -> str:
    """The SHA-256 that the office gave the upload."""
    code = f"from casework.evidence.models import Upload; print(Upload.objects.get(pk='{url.split('/')[-2]}').sha256)"
    return office.shell(code).strip()


def test_it_prints_the_ratio_of_a_resumable_upload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    office = Office(tmp_path)
    office.prepare()
    office.start()
    floors, ours = [], []
    try:
        with growth(office) as grown:
            for number in range(ROUNDS):
                with open(source, "wb") as file:
                    file.writelines(pieces(SIZE, number))
                os.sync()
                begun = time.perf_counter()
                said = subprocess.run(
                    f"cp {source} {copy} && sync {copy} && sha256sum {copy}", shell=True, check=True,
                    capture_output=True, text=True,
                ).stdout  # fmt: skip
                floors.append(time.perf_counter() - begun)
                copy.unlink()
                os.sync()
                begun = time.perf_counter()
                url = send(office, source)
                ours.append(time.perf_counter() - begun)
                assert said.startswith(found_in(office, url))
    finally:
        office.stop()
    with capsys.disabled():
        verdict = "meets" if grown[0] <= MEMORY + PIECE else "MISSES"
        print(f"\n{SIZE / 10**9:.2g} GB by resumable upload: {SIZE / statistics.median(ours) / 10**6:.0f} MB/s")
        print(f"    memory of the web server grew by {grown[0] / 10**6:.1f} MB: {verdict}")
        print(Line(7, "resumable upload, sealed / cp, sync, sha256sum", statistics.median(ours),
                   statistics.median(floors), TARGET))  # fmt: skip
