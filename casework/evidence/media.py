"""The reader of media inside the sandbox: facts of a file, a covered poster, a grey still, a small silent grey clip.

Runs as `python -m casework.evidence.media <task>` with the evidence as standard input; never imported by the web
process, and imports no Django. Readers are chosen by the parent from an allow-list; sizes are checked before decoding.
Everything handed over is drawn anew from pixels, so that no metadata, script or trailing bytes of the original survive.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import av.filter
import av.sidedata.encparams
import av.sidedata.motionvectors
import av.subtitles.codeccontext
import av.subtitles.stream
import av.subtitles.subtitle
import pypdfium2
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageFilter, ImageOps

from casework.evidence import sandbox

# The library loads its subtitle and side-data modules on first use, when no file can be opened any more: named above.

MAX_PIXELS = 100_000_000
MAX_VIDEO_PIXELS = 8192 * 4320
STILL_SIDE, COPY_SIDE, POSTER_SIDE, TILE_SIDE = 1280, 2048, 480, 360
TILES = 6
CLIP_SIDE, CLIP_SECONDS, CLIP_RATE = 480, 120, 15
# Processor seconds after which the clip ends where it is: a long 4K video gets a short clip rather than none.
CLIP_BUDGET = 50.0

VIDEO_CODECS = (
    "h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "msmpeg4", "msmpeg4v2", "h263", "mpeg2video",
    "mpeg1video", "mjpeg", "theora", "prores",
)  # fmt: skip
AUDIO_CODECS = (
    "aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "opus", "libopus", "vorbis", "flac", "alac", "ac3", "eac3",
    "amrnb", "amrwb", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_mulaw",
    "pcm_alaw",
)  # fmt: skip
OPTIONS = {
    "codec_whitelist": ",".join(VIDEO_CODECS + AUDIO_CODECS),
    "protocol_whitelist": "",
    "probesize": str(8 << 20),
    "analyzeduration": str(10_000_000),
    "max_streams": "32",
}


class Unreadable(Exception):
    """The file is not what it seemed, or too large to open safely; says which."""


def main() -> None:
    """Do the task given as JSON in the first argument; what was handed over before a failure stays valid."""
    task = json.loads(sys.argv[1])
    sandbox.limit_resources(task["limits"])
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image.init()
    sandbox.emit("isolation", b"", **sandbox.confine())
    work = {"image": read_image, "pdf": read_pdf, "video": read_media, "audio": read_media}[task["family"]]
    try:
        with io.FileIO(0, "rb", closefd=False) as source:
            work(source, str(task["reader"]), bool(task.get("previews", True)))
    except Unreadable as error:
        sandbox.emit("failed", reason=str(error))
    except MemoryError:
        sandbox.emit("failed", reason="needs too much memory")
    except (av.FFmpegError, OSError, ValueError, ArithmeticError, LookupError, TypeError, SyntaxError):
        # What the libraries are known to raise on malformed input; anything else ends the process and is reported too.
        sandbox.emit("failed", reason="the file is damaged or not what it seems")
    except (pypdfium2.PdfiumError, Image.DecompressionBombError, EOFError):
        sandbox.emit("failed", reason="the file is damaged or not what it seems")


# Images


def read_image(source: io.FileIO, reader: str, previews: bool) -> None:
    """Facts, poster, grey still and a colour copy without metadata."""
    with Image.open(io.BufferedReader(source), formats=[reader]) as image:
        width, height = image.size
        check_pixels(width, height, MAX_PIXELS)
        if reader == "JPEG":
            image.draft("RGB", (COPY_SIDE, COPY_SIDE))
        sandbox.emit("facts", facts={"width": width, "height": height, "container": reader.lower()})
        if not previews:
            return
        image.load()
        upright = flatten(ImageOps.exif_transpose(image))
    upright.thumbnail((COPY_SIDE, COPY_SIDE))
    emit_stills(upright)
    sandbox.emit("copy", jpeg(upright))


def flatten(image: Image.Image) -> Image.Image:
    """RGB over white; sixteen-bit greys scaled down."""
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        image = image.point(lambda value: value / 256) if image.mode != "F" else image
        return image.convert("L").convert("RGB")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGB", rgba.size, "white")
        white.paste(rgba, mask=rgba.getchannel("A"))
        return white
    return image.convert("RGB")


def emit_stills(image: Image.Image) -> None:
    """The poster, in which nothing can be made out, and the grey still."""
    grey = image.convert("L")
    grey.thumbnail((STILL_SIDE, STILL_SIDE))
    sandbox.emit("poster", jpeg(poster(grey)))
    sandbox.emit("still", jpeg(grey))


def poster(grey: Image.Image) -> Image.Image:
    """Sixteen pixels of information, blurred and enlarged: light and dark areas, no shapes to recognise."""
    scale = POSTER_SIDE / max(grey.size)
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    tiny = grey.copy()
    tiny.thumbnail((16, 16))
    return tiny.filter(ImageFilter.GaussianBlur(1)).resize(size, Image.Resampling.BICUBIC)


def jpeg(image: Image.Image) -> bytes:
    """A JPEG of the pixels alone."""
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=80, optimize=False)
    return buffer.getvalue()


def check_pixels(width: int, height: int, limit: int) -> None:
    """Refuse a pixel flood before anything is decoded."""
    if width < 1 or height < 1:
        raise Unreadable("the picture has no size")
    if width * height > limit:
        raise Unreadable("the picture is too large to open safely")


# PDF


def read_pdf(source: io.FileIO, _reader: str, previews: bool) -> None:
    """The number of pages, and the first page in grey."""
    document = pypdfium2.PdfDocument(io.BufferedReader(source))
    sandbox.emit("facts", facts={"pages": len(document), "container": "pdf"})
    if not previews:
        return
    page = document[0]
    width, height = page.get_size()
    if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
        raise Unreadable("the first page has no usable size")
    emit_stills(page.render(scale=STILL_SIDE / max(width, height), grayscale=True).to_pil().convert("RGB"))


# Video and audio


def read_media(source: io.FileIO, reader: str, previews: bool) -> None:
    """Facts; for video also poster, still (a strip of key frames) and clip."""
    with av.open(source, "r", format=reader, options=OPTIONS, metadata_errors="replace") as container:
        video = next((stream for stream in container.streams.video if not is_cover(stream)), None)
        sandbox.emit("facts", facts=media_facts(container, video))
        if video is None or not previews:
            return
        context = decoder(video)
        check_pixels(context.width, context.height, MAX_VIDEO_PIXELS)
        tiles = list(key_frames(container, video))
        if not tiles:
            raise Unreadable("no picture could be read from the video")
        sandbox.emit("poster", jpeg(poster(tiles[len(tiles) // 2])))
        sandbox.emit("still", jpeg(strip(tiles)))
        # Taken while the container is open: afterwards the stream's memory is no longer its own.
        index = video.index
    source.seek(0)
    with av.open(source, "r", format=reader, options=OPTIONS, metadata_errors="replace") as container:
        video = container.streams[index]  # type: ignore[assignment]
        sandbox.emit("clip", clip(container, video))


def decoder(video: VideoStream) -> VideoCodecContext:
    """The stream's decoder, when it is one of those that may be opened."""
    context = video.codec_context
    if context is None or context.codec.name not in VIDEO_CODECS:
        raise Unreadable("the video's codec is not one that is opened here")
    context.thread_count = 2
    return context


def is_cover(stream: VideoStream) -> bool:
    """A still picture attached to a sound file."""
    return bool(int(stream.disposition) & 0x400)


def media_facts(container: InputContainer, video: VideoStream | None) -> dict[str, Any]:
    """Duration in seconds, frame size in pixels as stored, frames a second, codecs, container; None where unknown."""
    audio = next(iter(container.streams.audio), None)
    seconds = float(Fraction(container.duration, av.time_base)) if container.duration else None
    stream = video or audio
    if seconds is None and stream is not None and stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    context = video.codec_context if video else None
    rate = video.average_rate if video else None
    return {
        "container": container.format.name.split(",")[0],
        "duration": round(seconds, 3) if seconds is not None and seconds > 0 else None,
        "width": context.width if context else None,
        "height": context.height if context else None,
        "frame_rate": round(float(rate), 3) if rate else None,
        "video_codec": context.codec.name if context else None,
        "audio_codec": audio.codec_context.codec.name if audio and audio.codec_context else None,
    }


def key_frames(container: InputContainer, video: VideoStream) -> Iterator[Image.Image]:
    """Up to six grey key frames spread over the video; those that can be read of a damaged one."""
    decoder(video).skip_frame = "NONKEY"
    seen: set[int | None] = set()
    length = container.duration or 0
    for number in range(TILES):
        try:
            if number and not length:
                break
            if number:
                container.seek(length * number // TILES)
            frame = next(container.decode(video), None)
        except av.FFmpegError:
            continue
        if frame is None or frame.pts in seen:
            continue
        seen.add(frame.pts)
        check_pixels(frame.width, frame.height, MAX_VIDEO_PIXELS)
        yield tile(frame)


def tile(frame: VideoFrame) -> Image.Image:
    scale = min(1.0, TILE_SIDE * 2 / max(frame.width, frame.height))
    size = (max(2, round(frame.width * scale)), max(2, round(frame.height * scale)))
    grey = frame.to_image(width=size[0], height=size[1]).convert("L")
    return grey.rotate(frame.rotation, expand=True) if frame.rotation else grey


def strip(tiles: list[Image.Image]) -> Image.Image:
    """One picture of the key frames in reading order; a single frame alone."""
    if len(tiles) == 1:
        return tiles[0]
    for picture in tiles:
        picture.thumbnail((TILE_SIDE, TILE_SIDE))
    width, height = max(t.width for t in tiles), max(t.height for t in tiles)
    columns = min(3, len(tiles))
    sheet = Image.new("L", (columns * (width + 4) - 4, -(-len(tiles) // columns) * (height + 4) - 4), 0)
    for number, picture in enumerate(tiles):
        row, column = divmod(number, columns)
        x = column * (width + 4) + (width - picture.width) // 2
        sheet.paste(picture, (x, row * (height + 4) + (height - picture.height) // 2))
    return sheet


def clip(container: InputContainer, video: VideoStream) -> bytes:
    """A silent grey WebM of the start: at most 480 pixels, 15 frames a second, two minutes, the processor budget."""
    decoder(video)
    buffer, writer, started = io.BytesIO(), None, time.process_time()
    with av.open(buffer, "w", format="webm") as output:
        for number, frame in enumerate(sampled(container, video)):
            if writer is None:
                writer = ClipWriter(output, frame)
            writer.write(frame, number)
            if time.process_time() - started > CLIP_BUDGET:
                break
        if writer is None:
            raise Unreadable("no picture could be read from the video")
        writer.close()
    return buffer.getvalue()


def sampled(container: InputContainer, video: VideoStream) -> Iterator[VideoFrame]:
    """Frames at a constant rate: dropped where the video is faster, repeated where slower; ends at damage."""
    first: float | None = None
    number, frames = 0, container.decode(video)
    while number < CLIP_SECONDS * CLIP_RATE:
        try:
            frame = next(frames, None)
        except av.FFmpegError:
            return
        if frame is None:
            return
        moment = frame.time if frame.time is not None else number / CLIP_RATE
        first = moment if first is None else first
        for _ in range(CLIP_RATE * CLIP_SECONDS):
            if number > (moment - first) * CLIP_RATE or number >= CLIP_SECONDS * CLIP_RATE:
                break
            yield frame
            number += 1


class ClipWriter:
    """Scales, turns and greys frames through one filter graph into a VP8 stream, playable in every browser."""

    def __init__(self, output: av.container.OutputContainer, first: VideoFrame) -> None:
        self.output, self.size = output, (first.width, first.height, first.format.name)
        scale = min(1.0, CLIP_SIDE / max(first.width, first.height))
        width, height = (max(2, round(side * scale / 2) * 2) for side in (first.width, first.height))
        self.graph = av.filter.Graph()
        steps = [
            self.graph.add_buffer(
                width=first.width, height=first.height, format=first.format, time_base=Fraction(1, CLIP_RATE)
            ),
            self.graph.add("scale", f"{width}:{height}:flags=fast_bilinear"),
            self.graph.add("format", "gray"),
        ]
        turn = {90: "cclock", -270: "cclock", -90: "clock", 270: "clock"}.get(first.rotation)
        if turn:
            steps.append(self.graph.add("transpose", turn))
            width, height = height, width
        elif abs(first.rotation) == 180:
            steps += [self.graph.add("hflip"), self.graph.add("vflip")]
        steps += [self.graph.add("format", "yuv420p"), self.graph.add("buffersink")]
        self.graph.link_nodes(*steps).configure()
        self.stream = output.add_stream("libvpx", rate=CLIP_RATE)
        self.stream.width, self.stream.height, self.stream.pix_fmt = width, height, "yuv420p"
        self.stream.bit_rate = 500_000
        self.stream.options = {"deadline": "realtime", "cpu-used": "8", "crf": "20", "auto-alt-ref": "0"}

    def write(self, frame: VideoFrame, number: int) -> None:
        if (frame.width, frame.height, frame.format.name) != self.size:
            return
        frame.pts, frame.time_base = number, Fraction(1, CLIP_RATE)
        self.graph.push(frame)
        grey = self.graph.pull()
        if isinstance(grey, VideoFrame):
            grey.pts, grey.time_base = number, Fraction(1, CLIP_RATE)
            self.output.mux(self.stream.encode(grey))

    def close(self) -> None:
        self.output.mux(self.stream.encode(None))


if __name__ == "__main__":
    main()
