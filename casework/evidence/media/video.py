"""Video and sound: opening with an allow-list, what the streams are, poster and still from key frames."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from casework.evidence import sandbox
from casework.evidence.media.common import Unreadable, check_pixels, jpeg, poster, said

MAX_VIDEO_PIXELS = 8192 * 4320
TILE_SIDE, TILES, MOST_STREAMS = 360, 6, 12

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


@contextmanager
def opened(source: io.FileIO, reader: str) -> Iterator[InputContainer]:
    """The container, read by this one demuxer; no other, and no address inside of it, is ever opened."""
    with av.open(source, "r", format=reader, options=OPTIONS, metadata_errors="replace") as container:
        yield container


def read_covers(source: io.FileIO, reader: str, stage: str) -> None:
    """Facts of video or sound; for video, when covers are asked for, also poster and still (a strip of key frames)."""
    with opened(source, reader) as container:
        video = picture_stream(container)
        sandbox.emit("facts", facts=media_facts(container, video))
        if video is None or stage != "covers":
            return
        context = decoder(video)
        check_pixels(context.width, context.height, MAX_VIDEO_PIXELS)
        tiles = list(key_frames(container, video))
        if not tiles:
            raise Unreadable("no picture could be read from the video")
        sandbox.emit("poster", jpeg(poster(tiles[len(tiles) // 2])))
        sandbox.emit("still", jpeg(strip(tiles)))


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures; a cover attached to a sound file is none."""
    return next((stream for stream in container.streams.video if not int(stream.disposition) & 0x400), None)


def decoder(video: VideoStream) -> VideoCodecContext:
    """The stream's decoder, when it is one of those that may be opened."""
    context = video.codec_context
    if context is None or context.codec.name not in VIDEO_CODECS:
        raise Unreadable("the video's codec is not one that is opened here")
    context.thread_count = 2
    return context


def media_facts(container: InputContainer, video: VideoStream | None) -> dict[str, Any]:
    """Duration in seconds, frame size in pixels as stored, frames a second, codecs, container, every stream, and what
    the container says of itself; None where unknown."""
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
        "streams": [stream_facts(each) for each in list(container.streams)[:MOST_STREAMS]],
        "said": said([*(pair for each in container.streams for pair in each.metadata.items()),
                      *container.metadata.items()]),
    }  # fmt: skip


def stream_facts(stream: Any) -> dict[str, Any]:
    """One stream: what it carries, by which codec, and its measures."""
    context = getattr(stream, "codec_context", None)
    facts: dict[str, Any] = {"type": stream.type, "codec": context.codec.name if context else ""}
    if stream.type == "video" and context:
        facts |= {"width": context.width, "height": context.height}
    if stream.type == "audio" and context:
        facts |= {"sample_rate": context.sample_rate, "channels": context.channels}
    return facts


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
    """A frame in grey, upright."""
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
