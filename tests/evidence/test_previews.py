"""Previews: covered, grey, silent, free of metadata; and whatever is wrong with a file, only its preview suffers."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from casework.core.errors import IntegrityFailure
from casework.evidence import previews, store
from casework.evidence.facts import sound_facts
from casework.evidence.previews import Made, PreviewFailed
from casework.evidence.sandbox import Limits
from casework.evidence.sniffing import Family, Sniffed, sniff
from tests.evidence import samples


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.CASEWORK_STORE, settings.CASEWORK_MAX_UPLOAD = tmp_path / "store", 1 << 30  # type: ignore[attr-defined]
    return tmp_path


def keep(data: bytes) -> str:
    return store.keep(store.receive([data]))


def make(data: bytes, name: str = "", sniffed: Sniffed | None = None, limits: Limits | None = None) -> Made:
    sha256 = keep(data)
    try:
        return previews.make(sha256, sniffed or sniff(data, name), limits=limits)
    finally:
        assert store.check(sha256, len(data)) is store.CheckResult.OK


def copies(data: bytes, sniffed: Sniffed | None = None, limits: Limits | None = None) -> Made:
    return previews.make_copies(keep(data), sniffed or sniff(data), limits=limits)


def read(made: Made, kind: str) -> bytes:
    preview = made.previews[kind]
    with store.derived().open(preview.sha256) as blob:
        data = blob.read()
    assert len(data) == preview.size
    assert hashlib.sha256(data).hexdigest() == preview.sha256
    return data


def picture(made: Made, kind: str) -> Image.Image:
    return Image.open(io.BytesIO(read(made, kind)))


def sharpest_edge(image: Image.Image) -> int:
    return int(np.abs(np.diff(np.asarray(image.convert("L"), dtype=np.int16), axis=1)).max())


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mp4", "libx264"),
        *(
            pytest.param(*each, marks=pytest.mark.long)
            for each in (("webm", "libvpx-vp9"), ("matroska", "libx265"), ("avi", "mpeg4"))
        ),
    ],
)
def test_it_makes_covered_previews_of_a_video(container: str, codec: str) -> None:
    made = make(samples.video(container, codec))
    longer = copies(samples.video(container, codec))
    assert set(made.previews) == {"poster", "still"}
    assert set(longer.previews) == {"clip", "sheet", "play", "audio"}
    assert made.note == longer.note == ""
    assert (made.facts["width"], made.facts["height"]) == (320, 240)
    assert made.facts["duration"] == pytest.approx(3, abs=0.3)
    assert made.facts["audio_codec"] in {"aac", "opus", "libopus"}
    poster, still = picture(made, "poster"), picture(made, "still")
    assert (poster.mode, still.mode) == ("L", "L")
    assert sharpest_edge(poster) < 12 < sharpest_edge(still)
    with av.open(io.BytesIO(read(longer, "clip"))) as clip:
        assert not clip.streams.audio
        video = clip.streams.video[0]
        assert (video.codec_context.name, max(video.width, video.height)) in {("vp8", 320), ("libvpx", 320)}
        frames = list(clip.decode(video))
        assert len(frames) == pytest.approx(30, abs=2)
        colours = frames[0].to_ndarray(format="rgb24").astype(int)
        assert np.ptp(colours, axis=2).max() <= 3
    with av.open(io.BytesIO(read(longer, "play"))) as play:
        assert play.duration == pytest.approx(3_000_000, abs=150_000)
        assert [stream.codec_context.name.removeprefix("lib") for stream in play.streams.audio] == ["opus"]
        picture_stream = play.streams.video[0]
        assert max(picture_stream.width, picture_stream.height) == 320
        red, _green, blue = next(play.decode(picture_stream)).to_ndarray(format="rgb24")[120, 160].astype(int)
        assert red > blue + 80
    with av.open(io.BytesIO(read(longer, "audio"))) as apart:
        assert not apart.streams.video
    assert picture(longer, "sheet").mode == "L"
    said = b"".join(read(each, kind) for each in (made, longer) for kind in each.previews)
    assert samples.SECRET not in said


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_it_draws_images_anew_without_their_metadata(kind: str) -> None:
    made = make(samples.picture(kind))
    assert set(made.previews) == {"poster", "still", "copy"}
    assert (made.facts["width"], made.facts["height"]) == (400, 300)
    assert (picture(made, "poster").mode, picture(made, "still").mode, picture(made, "copy").mode) == ("L", "L", "RGB")
    assert sharpest_edge(picture(made, "poster")) < 12
    assert picture(made, "copy").size == (400, 300)
    for made_kind in made.previews:
        image = picture(made, made_kind)
        assert not image.getexif()
        assert "comment" not in image.info
        assert samples.SECRET not in read(made, made_kind)


@pytest.mark.parametrize("mode", ["LA", "P", "I;16"])
def test_it_draws_images_of_every_mode(mode: str) -> None:
    assert "poster" in make(samples.picture("PNG", mode)).previews


def test_it_turns_a_photograph_upright() -> None:
    made = make(samples.picture("JPEG", turned=True))
    assert picture(made, "copy").size == (300, 400)
    assert (made.facts["width"], made.facts["height"]) == (400, 300)


@pytest.mark.parametrize(
    ("matrix", "size"),
    [
        ((0, 1, -1, 0), (240, 320)),
        pytest.param((-1, 0, 0, -1), (320, 240), marks=pytest.mark.long),
    ],
)
def test_it_turns_a_phone_video_upright(matrix: tuple[int, ...], size: tuple[int, int]) -> None:
    def coded(a: int, b: int, c: int, d: int) -> bytes:
        return struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)

    data = samples.video()
    at = data.index(coded(1, 0, 0, 1), data.index(b"tkhd"))
    turned = data[:at] + coded(*matrix) + data[at + 36 :]
    made = make(turned)
    with av.open(io.BytesIO(read(copies(turned), "clip"))) as clip:
        assert (clip.streams.video[0].width, clip.streams.video[0].height) == size
        bright = next(clip.decode(video=0)).to_ndarray(format="gray8")
    # The white bar is at the left edge of the stored first frame: at the top after a quarter turn clockwise.
    edge = bright[:20] if size[1] > size[0] else bright[:, -20:]
    assert edge.mean() > 200 > bright.mean() + 80
    assert (picture(made, "poster").height > picture(made, "poster").width) is (size[1] > size[0])


def test_it_shows_the_first_page_of_a_pdf() -> None:
    made = make(samples.pdf())
    assert set(made.previews) == {"poster", "still"}
    assert made.facts["pages"] == 2
    assert picture(made, "still").mode == "L"


def test_it_tells_the_facts_alone() -> None:
    data = samples.video()
    facts = previews.probe(keep(data), sniff(data))
    assert facts["video_codec"] == "h264"
    assert list(store.derived().iterate()) == []


def test_it_reads_nothing_else_for_a_playlist_named_as_video(folder: Path) -> None:
    other = folder / "other.mp4"
    other.write_bytes(samples.video())
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://{other}\n#EXT-X-ENDLIST\n".encode()
    with pytest.raises(PreviewFailed):
        make(playlist, "video.mp4")
    for text in (playlist, f"ffconcat version 1.0\nfile '{other}'\n".encode()):
        # Even if sniffing were fooled, the one demuxer that may read it does not.
        for reader in ("mp4", "matroska", "mpegts"):
            fooled = Sniffed("video/mp4", Family.VIDEO, previewable=True, reader=reader)
            for attempt in (make, copies):
                with pytest.raises(PreviewFailed):
                    attempt(text, sniffed=fooled)
    assert list(store.derived().iterate()) == []


def png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_it_refuses_a_flood_of_pixels_before_decoding() -> None:
    with pytest.raises(PreviewFailed, match=r"too large|damaged"):
        make(png(60_000, 60_000, zlib.compress(bytes(1 << 20))))


def test_it_survives_a_bomb_in_a_text_chunk() -> None:
    bomb = png(10, 10, zlib.compress(bytes(310)))
    text = b"Comment\0\0" + zlib.compress(bytes(200 << 20))
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    with pytest.raises(PreviewFailed):
        make(bomb[:33] + chunk + bomb[33:])


def made_or_refused(data: bytes, sniffed: Sniffed) -> bool:
    """True when there is at least a poster, grey and blurred like any other, False when there is none and a reason is
    given. Whatever was made is of its own type and free of what the file said of itself."""
    try:
        made = make(data, sniffed=sniffed)
    except PreviewFailed as failure:
        assert failure.reason in REFUSALS
        return False
    assert (picture(made, "poster").mode, max(picture(made, "poster").size) <= 640) == ("L", True)
    assert sharpest_edge(picture(made, "poster")) < 12
    for kind in made.previews:
        assert samples.SECRET not in read(made, kind)
    assert made.note == "" or made.note in REFUSALS
    return True


REFUSALS = {
    "took too long", "made too much output", "used too much processor time or memory", "the file could not be read",
    "the reader stopped unexpectedly", "no picture could be read", "the file is damaged or not what it seems",
    "no picture could be read from the video",
}  # fmt: skip


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp4", "libx264"), pytest.param("webm", "libvpx-vp9", marks=pytest.mark.long)],
)
def test_it_makes_what_it_can_of_a_cut_video(container: str, codec: str) -> None:
    data = samples.video(container, codec)
    made = [made_or_refused(data[: int(len(data) * share)], sniff(data)) for share in (0.02, 0.3, 0.95)]
    # An mp4 keeps its index at the end; a webm can be read as far as it goes.
    assert made == [False, container == "webm", container == "webm"]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_it_survives_mutated_files(seed: int) -> None:
    chance = random.Random(seed)
    made = []
    for original in (samples.video("mp4"), samples.picture(), samples.pdf()):
        data = bytearray(original)
        for _ in range(chance.randrange(1, 60)):
            data[chance.randrange(40, len(data))] = chance.randrange(256)
        made.append(made_or_refused(bytes(data), sniff(original)))
    # Two of the files stay readable in parts whatever is wrong with them; after all of it a whole one is read as ever.
    assert any(made)
    assert made_or_refused(samples.picture(), sniff(samples.picture()))


def test_it_says_so_when_the_time_is_up() -> None:
    with pytest.raises(PreviewFailed, match="too long"):
        make(samples.video(), limits=Limits(wall_seconds=0.01))


def test_it_keeps_the_copies_made_before_one_that_is_too_much() -> None:
    data = samples.video()
    sizes = {kind: preview.size for kind, preview in copies(data).previews.items()}
    made = copies(data, limits=Limits(output=sizes["sheet"] + sizes["clip"] + sizes["play"] // 2))
    assert set(made.previews) == {"sheet", "clip"}
    assert made.note == "made too much output"


def test_it_finds_the_scenes_and_their_places_on_the_sheet() -> None:
    made = copies(samples.scenes())
    found = [scene["at"] for scene in made.facts["scenes"]]
    # Cuts after 2, 5 and 6 seconds; the frames between them are taken so that a still video has some too.
    assert found[0] == 0
    for cut in (2.0, 5.0, 6.0):
        assert any(abs(at - cut) <= 0.11 for at in found)
    sheet = picture(made, "sheet")
    assert (sheet.width, sheet.height) == (made.facts["sheet"]["width"], made.facts["sheet"]["height"])
    places = {(scene["x"], scene["y"]) for scene in made.facts["scenes"]}
    assert len(places) == len(found)
    assert all(scene["x"] + scene["w"] <= sheet.width for scene in made.facts["scenes"])


def test_it_gives_the_pages_of_a_document_and_the_sound_of_a_recording() -> None:
    pages = copies(samples.pdf())
    assert set(pages.previews) == {"page-1", "page-2"}
    assert (picture(pages, "page-2").mode, pages.previews["page-2"].number) == ("L", 2)
    sound = copies(samples.sound())
    assert set(sound.previews) == {"audio"}
    with av.open(io.BytesIO(read(sound, "audio"))) as apart:
        assert apart.duration == pytest.approx(2_000_000, abs=60_000)


def test_it_tells_what_a_file_says_of_itself_as_facts_only() -> None:
    made = make(samples.picture())
    assert made.facts["said"] == {"artist": samples.SECRET.decode()}
    told = make(samples.video()).facts
    assert told["said"]["title"] == samples.SECRET.decode()
    assert [stream["type"] for stream in told["streams"]] == ["video", "audio"]


@pytest.mark.parametrize(
    "head", [b"plain text", b"<svg/>", b"PK\x03\x04" + bytes(40), b"\0\0\0\x14ftypheic" + bytes(50)]
)
def test_it_does_not_open_kinds_off_the_list(head: bytes) -> None:
    with pytest.raises(PreviewFailed, match="no preview"):
        make(head)


def test_it_reports_missing_bytes_as_a_failure_of_integrity() -> None:
    with pytest.raises(IntegrityFailure):
        previews.make("0" * 64, sniff(samples.video()))


def test_it_believes_only_known_facts() -> None:
    said = {
        "width": 10, "height": -1, "duration": float("nan"), "frame_rate": 10**12, "video_codec": "<script>",
        "audio_codec": "aac", "pages": True, "title": "name of a person", "container": ["mp4"],
        "streams": [{"type": "audio", "codec": "../etc", "channels": 2}, "video"], "scenes": {"at": 1},
        "sheet": {"width": 3}, "said": {"Make": "Ma\0ker", "favourite": "colour", "model": 7},
    }  # fmt: skip
    assert sound_facts(said) == {
        "width": 10, "audio_codec": "aac", "streams": [{"type": "audio", "channels": 2}], "said": {"make": "Maker"},
    }  # fmt: skip
