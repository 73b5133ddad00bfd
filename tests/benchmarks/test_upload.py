"""Large files: from this disk into the store, and from a socket through the real server, beside their floors.

CASEWORK_BENCH_BYTES is the size of an upload, 1 GiB when left out; a local ingest takes twice that. Floors and ours
take turns in one run, and medians of three are compared: a busy machine slows both.
"""

from __future__ import annotations

import http.client
import itertools
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from casework.evidence.store import Area
from tests.benchmarks.test_ratios import Line
from tests.running import Office

SIZE = int(os.environ.get("CASEWORK_BENCH_BYTES", 1 << 30))
PIECE = 1 << 20
ROUNDS = 3
MEMORY = 20 * 10**6
BOUNDARY = "casework-benchmark"
NOISE = os.urandom(PIECE)


def medians(floor: Callable[[int], object], *ours: Callable[[int], object]) -> list[float]:
    """Seconds, floor first. All take turns; the disk is quiet before each."""
    times: list[list[float]] = [[] for _ in range(len(ours) + 1)]
    for number in range(ROUNDS):
        for kept, act in zip(times, (floor, *ours), strict=True):
            os.sync()
            begun = time.perf_counter()
            act(number)
            kept.append(time.perf_counter() - begun)
    return [statistics.median(kept) for kept in times]


def pieces(size: int, number: int) -> Iterator[bytes]:
    """`size` bytes that differ with `number`, so that no round finds them in the store."""
    yield (os.urandom(16) + NOISE)[: min(size, PIECE)]
    for left in range(size - PIECE, 0, -PIECE):
        yield NOISE[: min(left, PIECE)]


def test_it_prints_the_ratio_of_a_local_ingest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    with open(source, "wb") as file:
        file.writelines(pieces(2 * SIZE, 0))
    area = Area(tmp_path / "store")

    def copied(_number: int) -> None:
        copy.unlink(missing_ok=True)
        subprocess.run(f"cp {source} {copy} && sync {copy}", shell=True, check=True)

    def ingested(_number: int) -> None:
        # The bytes of the round before are the same: without them, the link is a new one each time.
        for sha256 in area.iterate():
            area._path(sha256).unlink()
        with open(source, "rb", buffering=0) as file:
            area.keep(area.receive(file, limit=2 * SIZE, expected_size=2 * SIZE))

    floor, ours = medians(copied, ingested)
    with capsys.disabled():
        print(f"\n{2 * SIZE / 2**30:.2g} GiB from this disk")
        print(Line(6, "local ingest, fsynced / cp + sync", ours, floor, 1.3))


def test_it_prints_the_ratio_of_an_upload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = Office(tmp_path)
    office.prepare()
    office.start()
    try:
        with raw_receiver(tmp_path) as port:
            office.send(pieces(8 * PIECE, 0), 8 * PIECE)
            post_form(office, 8 * PIECE)
            with growth(office) as grown:
                floor, bare, form = medians(
                    lambda number: post_raw(port, number),
                    lambda number: office.send(pieces(SIZE, number), SIZE),
                    lambda _number: post_form(office, SIZE),
                )
    finally:
        office.stop()
    with capsys.disabled():
        verdict = "meets" if grown[0] <= MEMORY else "MISSES"
        print(f"\n{SIZE / 2**30:.2g} GiB through the server")
        print(f" 7. memory of the web server grew by {grown[0] / 10**6:.1f} MB  target {MEMORY / 10**6:g}: {verdict}")
        print(Line(7, "upload of bare bytes / raw socket, write, SHA-256", bare, floor, 2.2))
        print(Line(7, "upload by a form / raw socket, write, SHA-256", form, floor, 2.2))


@contextmanager
def raw_receiver(folder: Path) -> Iterator[int]:
    """The floor's server; its port."""
    program = str(Path(__file__).with_name("raw_receiver.py"))
    with subprocess.Popen([sys.executable, program, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


def post_raw(port: int, number: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/", body=pieces(SIZE, number), headers={"Content-Length": str(SIZE)})
    assert connection.getresponse().status == 201
    connection.close()


def post_form(office: Office, size: int) -> None:
    """Add a file by the page's form, as a browser sends it."""
    path = f"/evidence/{office.item}/files/"
    cookie = f"sessionid={office.session}"
    connection = http.client.HTTPConnection("127.0.0.1", office.port, timeout=600)
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    page = response.read().decode()
    assert response.status == 200, page[:2000]
    csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    given = re.search(r"csrftoken=(\w+)", response.headers["Set-Cookie"])
    connection.close()
    assert csrf
    assert given
    before = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("csrfmiddlewaretoken", csrf.group(1)), ("part", "attachment"))
    )
    before += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="recording.mp4"\r\n'
    before += "Content-Type: video/mp4\r\n\r\n"
    after = f"\r\n--{BOUNDARY}--\r\n"
    body: Iterable[bytes] = itertools.chain([before.encode()], pieces(size, 0), [after.encode()])
    headers = {
        "Cookie": f"{cookie}; csrftoken={given.group(1)}", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(before) + size + len(after)),
    }  # fmt: skip
    with office.request(path, body=body, headers=headers) as answer:
        said = answer.read()
        assert answer.status == 302, said[:2000]


@contextmanager
def growth(office: Office) -> Iterator[list[int]]:
    """How many bytes the web server's memory rose above what it was, looked at twenty times a second."""
    grown, done = [0], Event()
    start = office.web_memory()

    def look() -> None:
        while not done.wait(0.05):
            grown[0] = max(grown[0], office.web_memory() - start)

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield grown
    finally:
        done.set()
        thread.join()
