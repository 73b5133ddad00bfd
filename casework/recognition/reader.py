"""The reader of frames and sound inside the sandbox: it decodes, and hands over grey points and marks of sound.

Runs as `python -m casework.recognition.reader <task>` with the evidence as standard input, under the same limits and
lists of formats as the reader of previews. What is hashed, and how, is decided outside from the points alone.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import av
import av.audio.codeccontext
import av.audio.fifo
import av.audio.frame
import av.audio.layout
import av.filter
import av.sidedata.encparams
import av.sidedata.motionvectors
import av.subtitles.codeccontext
import av.subtitles.stream
import av.subtitles.subtitle
import numpy as np
import pypdfium2
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image, ImageOps

from casework.evidence import sandbox
from casework.evidence.media import common
from casework.evidence.media import video as moving
from casework.recognition import sound
from casework.recognition.regions import SIDE

# The libraries load some of their modules on first use, when no file can be opened any more: named above, and by
# `use_once`.

MOST_FRAMES = 3600
"""So many frames are handed over at most; a longer video is read at wider steps."""
STEP = 0.25
"""Seconds between frames at first; doubled as often as the frames grow too many."""
STILL = 1.2
"""Mean grey levels by which a frame must differ from the one before to be kept."""
MOST_PAGES = 50
MOST_SOUND = 2 * 60 * 60
"""Seconds of sound that are listened to."""

Points = NDArray[np.uint8]
_DAMAGED = "the file is damaged or not what it seems"


def main() -> None:
    """Do the task given as JSON in the first argument; what was handed over before a failure stays valid."""
    task = json.loads(sys.argv[1])
    sandbox.limit_resources(task["limits"])
    Image.MAX_IMAGE_PIXELS = common.MAX_PIXELS
    Image.init()
    use_once()
    sandbox.emit("isolation", b"", **sandbox.confine())
    work = {"image": read_image, "pdf": read_pdf, "video": read_video, "audio": read_sound}[task["family"]]
    try:
        with io.FileIO(0, "rb", closefd=False) as source:
            work(source, str(task["reader"]))
    except common.Unreadable as error:
        sandbox.emit("failed", reason=str(error))
    except MemoryError:
        sandbox.emit("failed", reason="needs too much memory")
    except (av.FFmpegError, OSError, ValueError, ArithmeticError, LookupError, TypeError, SyntaxError, EOFError):
        sandbox.emit("failed", reason=_DAMAGED)
    except (pypdfium2.PdfiumError, Image.DecompressionBombError):
        sandbox.emit("failed", reason=_DAMAGED)


def use_once() -> None:
    """The libraries load some of their parts on first use; confined, no file can be opened any more."""
    silence = av.AudioFrame.from_ndarray(np.zeros((1, 4 * sound.WINDOW), np.float32), format="flt", layout="mono")
    silence.sample_rate = sound.RATE
    listener = sound.Listener()
    resampler = AudioResampler(format="flt", layout="mono", rate=sound.RATE // 2)
    for each in [*resampler.resample(silence), *resampler.resample(None)]:
        for _ in range(8):
            listener.hear(each.to_ndarray()[0])
    listener.marks()
    picture = av.VideoFrame.from_ndarray(np.zeros((4, 4, 3), np.uint8), format="rgb24")
    frame_points(picture)


def read_image(source: io.FileIO, reader: str) -> None:
    """The points of a picture, upright."""
    with Image.open(io.BufferedReader(source), formats=[reader]) as image:
        common.check_pixels(*image.size, common.MAX_PIXELS)
        if reader == "JPEG":
            image.draft("RGB", (4 * SIDE, 4 * SIDE))
        image.load()
        upright = common.flatten(ImageOps.exif_transpose(image))
    emit_frames([0.0], [picture_points(upright)], upright.size)


def picture_points(image: Image.Image) -> Points:
    return np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))


def read_pdf(source: io.FileIO, _reader: str) -> None:
    """The points of each page, its number taken for the second."""
    document = pypdfium2.PdfDocument(io.BufferedReader(source))
    moments, points, size = [], [], (SIDE, SIDE)
    for number in range(min(len(document), MOST_PAGES)):
        width, height = document[number].get_size()
        if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
            continue
        page = document[number].render(scale=4 * SIDE / max(width, height), grayscale=True).to_pil()
        moments.append(float(number))
        points.append(picture_points(page))
        size = page.size
    emit_frames(moments, points, size)


def read_video(source: io.FileIO, reader: str) -> None:
    """Frames at a steady step, dropped where nothing changes, then the sound."""
    with open_media(source, reader) as container:
        video = moving.picture_stream(container)
        if video is None:
            raise common.Unreadable("no picture could be read from the video")
        context = moving.decoder(video)
        common.check_pixels(context.width, context.height, moving.MAX_VIDEO_PIXELS)
        sampler = Sampler()
        for moment, frame in steady(container, video, sampler):
            common.check_pixels(frame.width, frame.height, moving.MAX_VIDEO_PIXELS)
            sampler.size = (frame.width, frame.height) if frame.rotation % 180 == 0 else (frame.height, frame.width)
            sampler.take(moment, frame_points(frame))
        if not sampler.points:
            raise common.Unreadable("no picture could be read from the video")
        emit_frames(sampler.moments, sampler.points, sampler.size)
        heard = bool(container.streams.audio)
    source.seek(0)
    if heard:
        read_sound(source, reader)


def open_media(source: io.FileIO, reader: str) -> InputContainer:
    return av.open(source, "r", format=reader, options=moving.OPTIONS, metadata_errors="replace")


def frame_points(frame: VideoFrame) -> Points:
    """A frame as grey points, upright as a player shows it."""
    small = frame.reformat(width=SIDE, height=SIDE, format="gray", interpolation="AREA")
    grey = small.to_ndarray().astype(np.uint8, copy=False)
    return np.rot90(grey, round(frame.rotation / 90)) if frame.rotation else grey


class Sampler:
    """Keeps frames that differ from the one before; when they grow too many, every other one at twice the step."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.points: list[Points] = []
        self.size = (SIDE, SIDE)
        self.step = STEP

    def take(self, moment: float, points: Points) -> None:
        if self.points and np.abs(points.astype(np.int16) - self.points[-1]).mean() < STILL:
            return
        self.moments.append(moment)
        self.points.append(points)
        if len(self.points) >= MOST_FRAMES:
            self.step *= 2
            self.moments, self.points = self.moments[::2], self.points[::2]


def steady(container: InputContainer, video: VideoStream, sampler: Sampler) -> Iterator[tuple[float, VideoFrame]]:
    """Frames at least a step apart with their second, counted from the first; ends at damage. Those that no other frame
    is made from are not decoded: of most videos about half, and a dozen a second are left."""
    video.codec_context.skip_frame = "NONREF"
    first, due, number = 0.0, 0.0, 0
    frames = container.decode(video)
    while True:
        try:
            frame = next(frames, None)
        except av.FFmpegError:
            return
        if frame is None:
            return
        moment = frame.time if frame.time is not None else number / 25
        first = moment if not number else first
        number += 1
        if moment - first >= due - 1e-3:
            due = moment - first + sampler.step
            yield moment - first, frame


def read_sound(source: io.FileIO, reader: str) -> None:
    """The marks of the first sound track."""
    with open_media(source, reader) as container:
        stream = next(iter(container.streams.audio), None)
        context = stream.codec_context if stream is not None else None
        if stream is None or context is None or context.codec.name not in moving.AUDIO_CODECS:
            raise common.Unreadable("the sound's codec is not one that is opened here")
        listener = sound.Listener()
        for samples in mono(container, stream):
            listener.hear(samples)
            if listener.seconds >= MOST_SOUND:
                break
        marks, moments = listener.marks()
    sandbox.emit("sound-marks", marks.astype("<u4").tobytes())
    sandbox.emit("sound-moments", moments.astype("<f4").tobytes())


def mono(container: InputContainer, stream: AudioStream) -> Iterator[NDArray[np.float32]]:
    """Samples of one channel at the listener's rate; ends at damage."""
    resampler = AudioResampler(format="flt", layout="mono", rate=sound.RATE)
    frames = container.decode(stream)
    while True:
        try:
            frame = next(frames, None)
            for each in resampler.resample(frame):
                yield each.to_ndarray()[0]
        except av.FFmpegError:
            return
        if frame is None:
            return


def emit_frames(moments: list[float], points: list[Points], size: tuple[int, int]) -> None:
    sandbox.emit("facts", facts={"width": size[0], "height": size[1]})
    sandbox.emit("moments", np.asarray(moments, "<f4").tobytes())
    sandbox.emit("points", np.stack(points).tobytes() if points else b"")


if __name__ == "__main__":
    main()
