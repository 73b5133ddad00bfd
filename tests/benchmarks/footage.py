"""Made footage: moving, textured scenes that differ by their seed, and what happens to footage on its way around.

A scene is a large cloudy background that a shaky camera pans over, with textured things that move across it; every few
seconds there is a cut to another. Everything follows from the seed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

RATE, WIDTH, HEIGHT, SECONDS = 12, 256, 144, 10

Picture = NDArray[np.uint8]
Change = Callable[[Iterator[Picture]], Iterator[Picture]]


def cloud(random: np.random.Generator, height: int, width: int, roughness: float) -> NDArray[np.float32]:
    """Clouds with as much fine detail as photographs have at a roughness of about 2; mean 0, deviation 1."""
    waves = np.fft.rfftfreq(width)[None, :] ** 2 + np.fft.fftfreq(height)[:, None] ** 2
    waves[0, 0] = 1
    noise = np.fft.rfft2(random.standard_normal((height, width)))
    picture = np.fft.irfft2(noise / waves ** (roughness / 2), s=(height, width))
    return ((picture - picture.mean()) / picture.std()).astype(np.float32)


def _coloured(random: np.random.Generator, height: int, width: int, roughness: float) -> NDArray[np.float32]:
    grey = cloud(random, height, width, roughness)[..., None]
    tint = random.uniform(-1, 1, 3) * 12 * cloud(random, height, width, 2.4)[..., None]
    return 128 + 46 * grey + tint + random.uniform(-25, 25, 3)


def pictures(seed: int, seconds: float = SECONDS, width: int = WIDTH, height: int = HEIGHT) -> Iterator[Picture]:
    """The frames of one piece of footage."""
    random = np.random.default_rng(seed)
    left = round(seconds * RATE)
    while left:
        length = min(left, round(random.uniform(3, 6) * RATE))
        # No scene shorter than two seconds is left over.
        length = left if left - length < 2 * RATE else length
        yield from _scene(random, length, width, height)
        left -= length


def _scene(random: np.random.Generator, length: int, width: int, height: int) -> Iterator[Picture]:
    back = _coloured(random, height * 2, width * 2, random.uniform(1.6, 2.3))
    things = []
    for _ in range(random.integers(2, 6)):
        tall, wide = round(height * random.uniform(0.2, 0.65)), round(width * random.uniform(0.08, 0.3))
        picture = _coloured(random, tall, wide, 1.4) * random.uniform(0.5, 1.1) + random.uniform(-60, 60)
        at = random.uniform(0, width - wide), random.uniform(0, height - tall)
        things.append((picture, at, (random.uniform(-28, 28) / RATE, random.uniform(-6, 6) / RATE)))
    start = random.uniform(0, width), random.uniform(0, height)
    drift = random.uniform(-24, 24) / RATE, random.uniform(-6, 6) / RATE
    phase = random.uniform(0, 6)
    for number in range(length):
        shake = 2 * np.sin(number * 0.5 + phase), 1.5 * np.sin(number * 0.7 + phase)
        x, y = (int(np.clip(start[i] + drift[i] * number + shake[i], 0, (width, height)[i])) for i in (0, 1))
        frame = back[y : y + height, x : x + width].copy()
        for picture, at, move in things:
            tall, wide = picture.shape[:2]
            a = int(np.clip(at[0] + move[0] * number, 0, width - wide))
            b = int(np.clip(at[1] + move[1] * number + 2 * np.sin(number * 0.9), 0, height - tall))
            frame[b : b + tall, a : a + wide] = picture
        yield np.clip(frame, 0, 255).astype(np.uint8)


def melody(seed: int, seconds: float, rate: int = 16_000) -> NDArray[np.float32]:
    """Sound with changing pitches over noise."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    sound = 0.02 * random.standard_normal(len(time))
    for start in np.arange(0, seconds, 0.22):
        pitch = random.uniform(150, 2500)
        heard = (time >= start) & (time < start + random.uniform(0.15, 0.5))
        since = time[heard] - start
        for overtone in (1, 2, 3):
            sound[heard] += 0.2 / overtone * np.sin(2 * np.pi * pitch * overtone * since) * np.exp(-4 * since)
    return np.clip(sound, -1, 1).astype(np.float32)


def video(
    frames: Iterator[Picture], *, quality: int = 23, rate: float = RATE, size: tuple[int, int] | None = None,
    sound: NDArray[np.float32] | None = None, preset: str = "ultrafast", container: str = "mp4",
) -> bytes:  # fmt: skip
    """The frames as H.264; `quality` is the codec's, lower is better. `sound` at 16,000 samples a second."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream("libx264", rate=Fraction(rate).limit_denominator(1000))
        stream.options = {"crf": str(quality), "preset": preset}
        stream.pix_fmt = "yuv420p"
        track = output.add_stream("aac", rate=16_000, layout="mono") if sound is not None else None
        for number, picture in enumerate(frames):
            if not number:
                stream.width, stream.height = size or (picture.shape[1] // 2 * 2, picture.shape[0] // 2 * 2)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            output.mux(stream.encode(frame.reformat(width=stream.width, height=stream.height, format="yuv420p")))
        output.mux(stream.encode(None))
        if track is not None and sound is not None:
            for start in range(0, len(sound), 1024):
                piece = av.AudioFrame.from_ndarray(sound[None, start : start + 1024], format="flt", layout="mono")
                piece.sample_rate, piece.pts = 16_000, start
                output.mux(track.encode(piece))
            output.mux(track.encode(None))
    return buffer.getvalue()


# What happens to footage on its way


def _each(change: Callable[[Image.Image], Image.Image]) -> Change:
    return lambda frames: (np.asarray(change(Image.fromarray(frame))) for frame in frames)


def cropped(part: float, across: float = 0.5, down: float = 0.5) -> Change:
    """Cut by a part of its width and height, `across` and `down` saying how much of that from the left and top."""

    def change(picture: Image.Image) -> Image.Image:
        width, height = picture.size
        left, top = width * part * across, height * part * down
        right, bottom = left + width * (1 - part), top + height * (1 - part)
        return picture.crop((round(left), round(top), round(right), round(bottom)))

    return _each(change)


def letterboxed(picture: Image.Image) -> Image.Image:
    framed = Image.new("RGB", (picture.width, round(picture.height * 1.4)))
    framed.paste(picture, (0, round(picture.height * 0.2)))
    return framed


def with_logo(picture: Image.Image) -> Image.Image:
    marked = picture.copy()
    draw = ImageDraw.Draw(marked)
    width, height = picture.size
    draw.rectangle((width * 0.76, height * 0.05, width * 0.96, height * 0.17), fill=(220, 20, 20))
    draw.ellipse((width * 0.78, height * 0.06, width * 0.84, height * 0.16), fill="white")
    return marked


def with_subtitles(picture: Image.Image) -> Image.Image:
    marked = picture.copy()
    draw = ImageDraw.Draw(marked)
    width, height = picture.size
    draw.rectangle((width * 0.12, height * 0.82, width * 0.88, height * 0.95), fill="black")
    draw.text((width * 0.15, height * 0.84), "Words of somebody, put below what is seen", fill="white")
    return marked


def brighter(picture: Image.Image) -> Image.Image:
    return picture.point(lambda level: min(255, int(level * 1.25 + 25)))


def filmed_from_a_screen(picture: Image.Image) -> Image.Image:
    """Askew, in perspective, with some of the dark room around, softer, greyer and with the screen's lines."""
    width, height = picture.size
    corners = [(-0.02, -0.05), (1.05, 0.0), (1.02, 1.04), (-0.04, 1.0)]
    wanted = [(x * width, y * height) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    rows, values = [], []
    for (x, y), (u, v) in zip(wanted, [(a * width, b * height) for a, b in corners], strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    how = np.linalg.solve(np.array(rows), np.array(values))
    seen = picture.transform((width, height), Image.Transform.PERSPECTIVE, tuple(how), Image.Resampling.BILINEAR)
    seen = seen.rotate(1.5, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(0.8))
    levels = np.asarray(seen, np.float32) * 0.8 + 18
    levels[::3] *= 0.93
    levels *= np.linspace(1.05, 0.85, width)[None, :, None]
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def slice_of(start: float, seconds: float) -> Change:
    def change(frames: Iterator[Picture]) -> Iterator[Picture]:
        for number, frame in enumerate(frames):
            if start * RATE <= number < (start + seconds) * RATE:
                yield frame

    return change


def same(frames: Iterator[Picture]) -> Iterator[Picture]:
    return frames


CHANGES: dict[str, tuple[Change, dict[str, object]]] = {
    "re-encoded, good (crf 23)": (same, {"quality": 23}),
    "re-encoded, middling (crf 32)": (same, {"quality": 32}),
    "re-encoded, poor (crf 40)": (same, {"quality": 40}),
    "scaled to 240p": (same, {"quality": 26, "size": (426, 240)}),
    "cropped by 5 %": (cropped(0.05), {}),
    "cropped by 10 %": (cropped(0.10), {}),
    "cropped by 20 %": (cropped(0.20), {}),
    "cropped by 10 %, off centre": (cropped(0.10, 0.1, 0.8), {}),
    "cropped by 20 %, off centre": (cropped(0.20, 0.85, 0.3), {}),
    "mirrored": (_each(lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)), {}),
    "letterboxed": (_each(letterboxed), {}),
    "logo": (_each(with_logo), {}),
    "subtitles": (_each(with_subtitles), {}),
    "brighter": (_each(brighter), {}),
    "grey": (_each(lambda picture: picture.convert("L").convert("RGB")), {}),
    "speed 1.25": (same, {"rate": RATE * 1.25}),
    "5 seconds of it": (slice_of(4.3, 5), {}),
    "filmed from a screen, tilted": (_each(filmed_from_a_screen), {"quality": 28}),
    "cropped by 10 %, mirrored, logo, poor": (
        _each(lambda picture: with_logo(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop(
            (picture.width * 0.04, picture.height * 0.06, picture.width * 0.94, picture.height * 0.96)))),
        {"quality": 36},
    ),
}  # fmt: skip
"""What is measured, and how each is encoded."""


def changed(seed: int, name: str) -> bytes:
    """The footage of a seed after one of the changes."""
    change, how = CHANGES[name]
    return video(change(pictures(seed)), **how)  # type: ignore[arg-type]
