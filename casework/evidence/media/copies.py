"""What takes long, made in one pass over the file: grey silent clip, contact sheet, playable copy, sound apart."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import av.filter
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from PIL import Image

from casework.evidence import sandbox
from casework.evidence.media.common import Unreadable, check_pixels, jpeg
from casework.evidence.media.sheet import SMALL, TILE_SIDE, Sheet, drawn
from casework.evidence.media.video import (
    AUDIO_CODECS,
    MAX_VIDEO_PIXELS,
    decoder,
    opened,
    picture_stream,
)

RATE = 24
"""Most frames a second of the playable copy; the clip has half of them."""
MOST_SECONDS = 4 * 3600
PLAY_BYTES, CLIP_BYTES = 96 << 20, 48 << 20
CLIP_SIDE = 480
# Processor seconds after which the copies end where they are: a long 4K video gets a shorter copy rather than none.
BUDGET = 780.0
SOUND_RATE, SOUND_BITS = 48_000, 64_000
# A fixed speed (negative): the encoder's own adaptation follows the clock of a busy machine, and wastes the idle one's.
_FAST = {"deadline": "realtime", "cpu-used": "-6", "crf": "22", "auto-alt-ref": "0", "lag-in-frames": "0"}
_MOST_WAITING = 3000
"""Packets of sound kept until the first picture comes, about a minute."""


def read_copies(source: io.FileIO, reader: str, _stage: str) -> None:
    """Read the file once and hand over whatever could be made of it; damage ends a copy where it begins."""
    with opened(source, reader) as container:
        video = picture_stream(container)
        audio = next((each for each in container.streams.audio if each.codec_context.codec.name in AUDIO_CODECS), None)
        if video is None and audio is None:
            raise Unreadable("neither picture nor sound could be read")
        if video is not None:
            context = decoder(video)
            check_pixels(context.width, context.height, MAX_VIDEO_PIXELS)
        length = container.duration / av.time_base if container.duration and container.duration > 0 else None
        copies = Copies(length, with_picture=video is not None, with_sound=audio is not None)
        begin = (container.start_time or 0) / av.time_base
        for frame, moment in frames_of(container, [each for each in (video, audio) if each is not None]):
            if copies.spent():
                break
            if isinstance(frame, VideoFrame):
                copies.picture(frame, moment - begin)
            else:
                copies.sound(frame, moment - begin)
        copies.hand_over()


def frames_of(container: InputContainer, streams: list[Any]) -> Iterator[tuple[Any, float]]:
    """Frames with their seconds, as they come; a packet that cannot be decoded is passed over, and where the container
    breaks off the file ends."""
    packets = container.demux(streams)
    broken = 0
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            return
        if packet is None:
            return
        try:
            for frame in packet.decode():
                if isinstance(frame, VideoFrame | AudioFrame) and frame.time is not None:
                    yield frame, frame.time
        except av.FFmpegError:
            broken += 1
            if broken > 2000:
                return


class Copies:
    """The outputs of one pass. A playable copy is made for video, sound apart wherever there is sound."""

    def __init__(self, length: float | None, *, with_picture: bool, with_sound: bool) -> None:
        self.length, self.with_picture = length, with_picture
        self.side, self.bits = plan(length)
        self.sheet = Sheet(length)
        self.shrinker: Shrinker | None = None
        self.tiny, self.grey = VideoReformatter(), Greyer()
        self.play = Output(picture=True, sound=with_sound) if with_picture else None
        self.clip = Output(picture=True, sound=False) if with_picture else None
        self.apart = Output(picture=False, sound=True) if with_sound else None
        self.last, self.ended, self.sounded = -1, "", 0.0
        self.started = time.process_time()

    def spent(self) -> bool:
        """Whether a limit is reached; remembers which."""
        if time.process_time() - self.started > BUDGET:
            self.ended = "the time for copies was up"
        elif (self.play and self.play.size > PLAY_BYTES) or (self.clip and self.clip.size > CLIP_BYTES):
            self.ended = "the copy reached its largest size"
        return bool(self.ended)

    def picture(self, frame: VideoFrame, moment: float) -> None:
        """One frame into sheet, copy and clip, if its time has come."""
        slot = round(moment * RATE)
        if slot <= self.last or not 0 <= moment <= MOST_SECONDS:
            return
        if self.shrinker is None:
            self.shrinker = Shrinker(frame, self.side)
        small = self.shrinker.shrink(frame)
        if small is None or self.play is None or self.clip is None:
            return
        self.last = slot
        grey = self.tiny.reformat(small, SMALL[0], SMALL[1], "gray").to_ndarray(format="gray")
        self.sheet.see(moment, grey, lambda: thumbnail(small))
        self.play.write(small, slot, RATE, self.bits)
        if slot % 2 == 0 or slot - 2 * self.clip.last > 1:
            self.clip.write(self.grey.reduce(small), slot // 2, RATE // 2, 300_000)

    def sound(self, frame: Any, moment: float) -> None:
        """One piece of sound into the copy and the track apart; one that goes back in time is left out."""
        if not 0 <= moment <= MOST_SECONDS or moment < self.sounded - 0.5:
            return
        self.sounded = max(self.sounded, moment)
        for output in (self.play, self.apart):
            if output is not None:
                output.hear(frame, moment)

    def hand_over(self) -> None:
        """Finish every output and emit what has content."""
        tiles = self.sheet.tiles()
        if tiles:
            picture, places = drawn(tiles)
            size = {"width": picture.width, "height": picture.height}
            sandbox.emit("facts", facts={"scenes": places, "sheet": size})
            sandbox.emit("sheet", jpeg(picture))
        for kind, output in (("clip", self.clip), ("play", self.play), ("audio", self.apart)):
            data = output.finish() if output is not None else b""
            if data:
                sandbox.emit(kind, data)
        if self.with_picture and not tiles:
            raise Unreadable("no picture could be read from the video")
        if self.ended:
            seconds = max(self.last / RATE, self.sounded)
            sandbox.emit("facts", facts={"copied": round(seconds, 2)})


def plan(length: float | None) -> tuple[int, int]:
    """Longer side in pixels and bits a second of the playable copy, so that a long video stays within its size."""
    seconds = max(length or 600.0, 1.0)
    bits = int(min(1_200_000, PLAY_BYTES * 8 * 0.85 / seconds - SOUND_BITS))
    if bits >= 600_000:
        return 854, bits
    return (640, bits) if bits >= 350_000 else (426, max(bits, 150_000))


class Shrinker:
    """Scales and turns frames through one filter graph: at most `side` pixels, upright, in colour."""

    def __init__(self, first: VideoFrame, side: int) -> None:
        self.size = (first.width, first.height, first.format.name)
        scale = min(1.0, side / max(first.width, first.height))
        width, height = (max(2, round(each * scale / 2) * 2) for each in (first.width, first.height))
        self.graph = av.filter.Graph()
        base = Fraction(1, 1000)
        steps = [
            self.graph.add_buffer(width=first.width, height=first.height, format=first.format, time_base=base),
            self.graph.add("scale", f"{width}:{height}:flags=fast_bilinear"),
            self.graph.add("format", "yuv420p"),
        ]
        turn = {90: "cclock", -270: "cclock", -90: "clock", 270: "clock"}.get(first.rotation)
        if turn:
            steps.append(self.graph.add("transpose", turn))
        elif abs(first.rotation) == 180:
            steps += [self.graph.add("hflip"), self.graph.add("vflip")]
        steps.append(self.graph.add("buffersink"))
        self.graph.link_nodes(*steps).configure()
        self.number = 0

    def shrink(self, frame: VideoFrame) -> VideoFrame | None:
        """The frame made small; None when its size changed in mid-stream."""
        if (frame.width, frame.height, frame.format.name) != self.size:
            return None
        self.number += 1
        frame.pts, frame.time_base = self.number, Fraction(1, 1000)
        self.graph.push(frame)
        small = self.graph.pull()
        return small if isinstance(small, VideoFrame) else None


class Output:
    """A WebM in memory: VP8 picture, Opus sound, both playable and seekable in every browser."""

    def __init__(self, *, picture: bool, sound: bool) -> None:
        self.buffer = io.BytesIO()
        self.container = av.open(self.buffer, "w", format="webm")
        self.with_picture, self.last = picture, -1
        self.video: Any = None
        self.audio: Any = None
        self.heard = False
        if sound:
            self.audio = self.container.add_stream("libopus", rate=SOUND_RATE, layout="stereo")
            self.audio.bit_rate = SOUND_BITS
        self.waiting: list[Any] = []

    @property
    def size(self) -> int:
        return self.buffer.tell()

    def write(self, frame: VideoFrame, slot: int, rate: int, bits: int) -> None:
        """Encode one frame at `slot` of `rate` a second; slots rise."""
        if slot <= self.last:
            return
        self.last = slot
        if self.video is None:
            self.video = self.container.add_stream("libvpx", rate=rate)
            self.video.width, self.video.height, self.video.pix_fmt = frame.width, frame.height, "yuv420p"
            self.video.bit_rate, self.video.codec_context.gop_size = bits, rate * 4
            self.video.options = _FAST
        frame.pts, frame.time_base, frame.pict_type = slot, Fraction(1, rate), 0
        self._mux(self.video.encode(frame))

    def hear(self, frame: Any, moment: float) -> None:
        """Encode one piece of sound that begins at `moment`."""
        if self.audio is None:
            return
        frame.pts = round(moment * frame.sample_rate)
        frame.time_base = Fraction(1, frame.sample_rate)
        self._mux(self.audio.encode(frame))
        self.heard = True

    def finish(self) -> bytes:
        """The whole file; nothing when nothing was written."""
        if self.video is None and (self.with_picture or not self.heard):
            return b""
        for stream in (self.video, self.audio):
            if stream is not None:
                self._mux(stream.encode(None))
        self.container.close()
        return self.buffer.getvalue()

    def _mux(self, packets: list[Any]) -> None:
        """Sound that comes before the first picture waits: the file's head is written with its first packet, and must
        then know the size of the picture."""
        if self.with_picture and self.video is None:
            self.waiting = [*self.waiting, *packets][-_MOST_WAITING:]
            return
        waiting, self.waiting = self.waiting, []
        self.container.mux([*waiting, *packets])


class Greyer:
    """Smaller copies without colour; the scalers are kept from frame to frame."""

    def __init__(self) -> None:
        self.down, self.back = VideoReformatter(), VideoReformatter()

    def reduce(self, frame: VideoFrame) -> VideoFrame:
        """The frame at the size of the clip, in grey."""
        scale = min(1.0, CLIP_SIDE / max(frame.width, frame.height))
        width, height = (max(2, round(each * scale / 2) * 2) for each in (frame.width, frame.height))
        grey = self.down.reformat(frame, width, height, "gray", interpolation="FAST_BILINEAR")
        return self.back.reformat(grey, width, height, "yuv420p")


def thumbnail(frame: VideoFrame) -> Image.Image:
    """A frame as a tile of the sheet."""
    scale = min(1.0, TILE_SIDE / max(frame.width, frame.height))
    width, height = (max(2, round(each * scale)) for each in (frame.width, frame.height))
    return frame.to_image(width=width, height=height).convert("L")
