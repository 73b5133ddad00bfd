"""The reader works where it runs: confined, for each kind of file."""

from __future__ import annotations

import io

import av
import pytest

from casework.evidence import store
from casework.evidence.sniffing import sniff
from casework.evidence.uploads import stored_from_bytes
from casework.recognition import fingerprints
from tests.benchmarks import footage
from tests.evidence.samples import pdf, picture


def sound() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ipod") as output:
        track = output.add_stream("aac", rate=16_000, layout="mono")
        heard = footage.melody(1, 4)
        for start in range(0, len(heard), 1024):
            piece = av.AudioFrame.from_ndarray(heard[None, start : start + 1024], format="flt", layout="mono")
            piece.sample_rate, piece.pts = 16_000, start
            output.mux(track.encode(piece))
        output.mux(track.encode(None))
    return buffer.getvalue()


def film() -> bytes:
    return footage.video(footage.pictures(1, 3, 160, 90), sound=footage.melody(1, 3))


@pytest.mark.parametrize(
    ("make", "frames", "marks"), [(film, 8, True), (picture, 1, False), (pdf, 1, False), (sound, 0, True)]
)
def test_it_reads_what_it_should_in_its_confinement(make, frames, marks):
    sha256 = store.keep(stored_from_bytes("file", make()).received)
    read = fingerprints.read(sha256, sniff(store.head(sha256)))
    assert (len(read.frames) >= frames, len(read.sound.marks) > 50) == (True, marks)
    assert (read.isolated, read.note) == (True, "")
