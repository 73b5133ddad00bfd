"""Small real media files, made on the spot: synthetic pictures of moving bars."""

from __future__ import annotations

import io
from functools import cache

import av
import numpy as np
from PIL import Image

SECRET = b"48.0159N 37.8028E photographer Ivanenko"


@cache
def video(
    container: str = "mp4",
    codec: str = "libx264",
    *,
    width: int = 320,
    height: int = 240,
    seconds: int = 3,
    sound: bool = True,
) -> bytes:
    """A colour video at 10 frames a second with a key frame each second, metadata, and a silent sound track."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        output.metadata["title"] = output.metadata["comment"] = SECRET.decode()
        stream = output.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = 10
        track = output.add_stream("libopus" if container == "webm" else "aac", rate=48000) if sound else None
        for number in range(seconds * 10):
            picture = np.zeros((height, width, 3), np.uint8)
            picture[:, :, 0] = 200
            picture[:, (number * 8) % width : (number * 8) % width + 40] = 255
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
        if track is not None:
            for number in range(seconds * 50):
                frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), format="flt", layout="mono")
                frame.sample_rate, frame.pts = 48000, number * 960
                output.mux(track.encode(frame))
            output.mux(track.encode(None))
    return buffer.getvalue()


@cache
def picture(
    kind: str = "JPEG", mode: str = "RGB", *, width: int = 400, height: int = 300, turned: bool = False
) -> bytes:
    """A red picture with one white bar, with EXIF and a comment when the kind has them."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    image.paste((255, 255, 255), (0, 0, width // 8, height))
    exif = Image.Exif()
    exif[0x013B] = SECRET.decode()
    if turned:
        exif[0x0112] = 6
    extra = {"exif": exif} if kind in {"JPEG", "PNG", "WEBP", "TIFF"} else {}
    if kind == "JPEG":
        extra["comment"] = SECRET  # type: ignore[assignment]
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, kind, **extra)
    return buffer.getvalue()


@cache
def pdf(pages: int = 2) -> bytes:
    """A PDF of a few pages with a picture on each."""
    buffer = io.BytesIO()
    sheets = [Image.new("RGB", (595, 842), "white") for _ in range(pages)]
    sheets[0].save(buffer, "PDF", save_all=True, append_images=sheets[1:], title=SECRET.decode())
    return buffer.getvalue()


@cache
def scenes(*, cuts: tuple[int, ...] = (20, 50, 60), frames: int = 80) -> bytes:
    """A silent video of still scenes of different greys at 10 frames a second, cut before the frames given."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        scene = 0
        for number in range(frames):
            scene += number in cuts
            picture = np.full((120, 160, 3), 30 + 60 * scene, np.uint8)
            picture[:, 40 * scene : 40 * scene + 20] = 255
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
    return buffer.getvalue()


@cache
def sound(kind: str = "wav", seconds: int = 2) -> bytes:
    """A recording of one tone."""
    buffer = io.BytesIO()
    codec = {"wav": "pcm_s16le", "mp3": "libmp3lame", "ogg": "libopus", "flac": "flac"}[kind]
    with av.open(buffer, "w", format=kind) as output:
        output.metadata["title"] = SECRET.decode()
        track = output.add_stream(codec, rate=48000, layout="mono")
        wave = (np.sin(np.arange(48000 * seconds) * 440 * 2 * np.pi / 48000) * 8000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48000
        output.mux(track.encode(frame))
        output.mux(track.encode(None))
    return buffer.getvalue()
