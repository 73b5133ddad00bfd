"""Makers of the demonstration's evidence files: videos, photographs, sound, reports, captures of posts.

Everything is drawn from a seed: the same seed gives the same bytes, another seed other bytes. Nothing shows a person or
an injury, and every file says on its face that it is synthetic. Times inside the files are UTC.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from casework.referrals.typesetting import set_lines, typeset_pdf, typeset_png

Seed = int | str

MARK = "SYNTHETIC"
FRAMES_PER_SECOND = 12
SOUND_RATE = 16_000
_PALETTES = (
    ((28, 32, 22), (150, 148, 104)),  # summer field
    ((40, 34, 26), (168, 146, 112)),  # autumn
    ((84, 88, 94), (226, 230, 234)),  # snow
    ((8, 10, 12), (198, 204, 210)),  # thermal, white hot
    ((26, 38, 40), (128, 150, 142)),  # overcast
)


def _number(seed: Seed) -> int:
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "big")


def _mark_of(seed: Seed) -> str:
    """The short code, different for each seed, that is drawn into every file."""
    return hashlib.sha256(f"mark {seed}".encode()).hexdigest()[:10]


# ---- Pictures ----------------------------------------------------------------------------------------------------


def _terrain(seed: Seed, size: tuple[int, int]) -> Image.Image:
    """A landscape from above without anything in it: noise in four scales, field edges, a track, one palette."""
    width, height = size
    noise = np.random.default_rng(_number(seed))
    ground = np.zeros((height, width), dtype=np.float32)
    for cells, weight in ((4, 0.5), (12, 0.27), (40, 0.15), (110, 0.08)):
        patch = noise.random((max(2, cells * height // width), cells), dtype=np.float32)
        ground += weight * np.asarray(Image.fromarray(patch).resize(size, Image.Resampling.BICUBIC))
    ground = np.clip((ground - ground.min()) / (np.ptp(ground) or 1), 0, 1)[..., None]
    dark, light = (np.array(colour, dtype=np.float32) for colour in _PALETTES[_number(f"palette {seed}") % 5])
    image = Image.fromarray((dark + (light - dark) * ground).astype(np.uint8))
    _draw_fields(image, random.Random(str(seed)))
    return image


def _draw_fields(image: Image.Image, dice: random.Random) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    for _ in range(dice.randint(2, 4)):
        x, slope = dice.randint(0, width), dice.uniform(-0.5, 0.5)
        shade, breadth = (0, 0, 0, dice.randint(40, 90)), dice.randint(2, 7)
        draw.line([(x, 0), (x + slope * height, height)], fill=shade, width=breadth)
    y, rise = dice.randint(height // 4, 3 * height // 4), dice.randint(-height // 4, height // 4)
    draw.line([(0, y), (width // 2, y + rise // 3), (width, y + rise)], fill=(235, 230, 215, 70), width=4)


@lru_cache(maxsize=4)
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _write(draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, anchor: str = "la") -> None:
    draw.text(place, text, font=_font(size), fill=(255, 255, 255), stroke_width=1, stroke_fill=(0, 0, 0), anchor=anchor)


_CAPTION = b"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let d = json(bytes(sys.inputs.data))
#box(fill: rgb(0, 0, 0, 150), inset: (x: 5pt, y: 4pt), text(size: 9pt, fill: white, d.text))"""


def _label(text: str, widest: int) -> Image.Image:
    """A caption in any script that the bundled fonts hold, as a picture to lay over others."""
    label = Image.open(io.BytesIO(typeset_png(_CAPTION, {"text": text}, ppi=84))).convert("RGBA")
    return label if label.width <= widest else label.resize((widest, max(1, label.height * widest // label.width)))


def photo(seed: Seed, *, caption: str = MARK, size: tuple[int, int] = (640, 426)) -> bytes:
    """A JPEG of empty terrain with its caption, about 60 kB."""
    image = _terrain(seed, size)
    draw = ImageDraw.Draw(image)
    _write(draw, (10, 8), f"{MARK}  {_mark_of(seed)}", 16)
    label = _label(caption, size[0] - 20)
    image.paste(label, (10, size[1] - label.height - 10), label)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


# ---- Video and sound ---------------------------------------------------------------------------------------------


def video(
    seed: Seed,
    *,
    caption: str = MARK,
    seconds: float = 3,
    size: tuple[int, int] = (320, 180),
    started: datetime | None = None,
) -> bytes:
    """An H.264 video in MP4, as from an aircraft that drifts over terrain while plain shapes move.

    Burnt in: SYNTHETIC, the caption, a time code (from `started` if given, else from zero) and a reticle. The sides of
    `size` must be even.
    """
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FRAMES_PER_SECOND)
        stream.codec_context.thread_count = 1
        # With the macroblock tree of the slower presets the encoder gives other bytes from run to run.
        stream.options = {"preset": "superfast", "crf": "30", "g": str(FRAMES_PER_SECOND), "x264-params": "mbtree=0"}
        for picture in _frames(seed, caption, max(1, round(seconds * FRAMES_PER_SECOND)), size, started):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
        container.mux(stream.encode(None))
    return out.getvalue()


def reposted(data: bytes, *, channel: str) -> bytes:
    """The same video as a channel would post it again: cut at the edges, smaller, with the channel's name over it, anew
    in H.264."""
    out = io.BytesIO()
    with (
        av.open(io.BytesIO(data), "r") as source,
        av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as container,
    ):
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = 256, 144, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.options = {"preset": "superfast", "crf": "33", "g": str(FRAMES_PER_SECOND), "x264-params": "mbtree=0"}
        for frame in source.decode(video=0):
            whole = frame.to_image()
            width, height = whole.size
            part = whole.crop((width * 3 // 100, height * 3 // 100, width * 97 // 100, height * 97 // 100))
            picture = part.resize((256, 144), Image.Resampling.BILINEAR)
            _write(ImageDraw.Draw(picture), (250, 126), channel, 12, anchor="ra")
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
        container.mux(stream.encode(None))
    return out.getvalue()


def _frames(
    seed: Seed, caption: str, count: int, size: tuple[int, int], started: datetime | None
) -> Iterator[Image.Image]:
    width, height = size
    dice = random.Random(f"video {seed}")
    ground = _terrain(seed, (width * 3 // 2, height * 3 // 2))
    overlay = _overlay(seed, caption, size, dice)
    shapes = [_shape(dice, ground.size) for _ in range(dice.randint(2, 5))]
    drift = (dice.uniform(-0.9, 0.9), dice.uniform(-0.5, 0.5))
    for index in range(count):
        part = index / count
        left = width / 4 * (1 + drift[0] * (2 * part - 1))
        top = height / 4 * (1 + drift[1] * (2 * part - 1))
        scene = ground.crop((round(left), round(top), round(left) + width, round(top) + height))
        draw = ImageDraw.Draw(scene)
        for x, y, dx, dy, radius, shade in shapes:
            draw.circle((x + dx * part - left, y + dy * part - top), radius, fill=(shade,) * 3)
        scene.paste(overlay, (0, 0), overlay)
        _write(draw, (width - 6, 5), _time_code(index, started), 12, anchor="ra")
        yield scene


def _shape(dice: random.Random, size: tuple[int, int]) -> tuple[float, float, float, float, float, int]:
    """A disc: where it starts, how far it goes in the whole video, its radius, its grey; all in pixels."""
    return (
        dice.uniform(0.3, 0.7) * size[0],
        dice.uniform(0.3, 0.7) * size[1],
        dice.uniform(-60, 60),
        dice.uniform(-40, 40),
        dice.uniform(3, 6),
        dice.choice((20, 235)),
    )


def _overlay(seed: Seed, caption: str, size: tuple[int, int], dice: random.Random) -> Image.Image:
    width, height = size
    layer = Image.new("RGBA", size)
    draw = ImageDraw.Draw(layer)
    middle_x, middle_y, arm = width / 2, height / 2, height / 14
    for sign in (-1, 1):
        draw.line([(middle_x + sign * arm / 3, middle_y), (middle_x + sign * arm, middle_y)], fill=(255, 255, 255, 200))
        draw.line([(middle_x, middle_y + sign * arm / 3), (middle_x, middle_y + sign * arm)], fill=(255, 255, 255, 200))
    _write(draw, (6, 5), MARK, 12)
    _write(draw, (6, 20), f"ALT {dice.randint(70, 240)} m   {_mark_of(seed)}", 10)
    label = _label(caption, width - 12)
    layer.alpha_composite(label, (6, height - label.height - 6))
    return layer


def _time_code(index: int, started: datetime | None) -> str:
    whole, frame = divmod(index, FRAMES_PER_SECOND)
    if started is None:
        return f"00:{whole // 60:02d}:{whole % 60:02d}:{frame:02d}"
    return f"{started + timedelta(seconds=whole):%Y-%m-%d %H:%M:%S}:{frame:02d} UTC"


def audio(seed: Seed, *, seconds: float = 3) -> bytes:
    """A quiet tone with noise, as of a radio channel, without a voice: AAC in an M4A container, one channel."""
    count = int(seconds * SOUND_RATE)
    noise = np.random.default_rng(_number(seed))
    moments = np.arange(count, dtype=np.float32) / SOUND_RATE
    pitch = 320 + float(noise.random()) * 380
    wave = 0.12 * np.sin(2 * np.pi * pitch * moments) * (np.sin(2 * np.pi * 1.5 * moments) > 0)
    samples = (wave + 0.03 * noise.standard_normal(count)).astype(np.float32)
    out = io.BytesIO()
    with av.open(out, "w", format="ipod", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate = SOUND_RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


# ---- Pages -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _template(name: str) -> bytes:
    return files("casework.office.demo").joinpath(f"{name}.typ").read_bytes()


def unit_report_pdf(
    seed: Seed,
    *,
    unit: str,
    number: str,
    reported_on: date,
    paragraphs: Sequence[str],
    classification: str = "Для службового користування",
    subject: str = "Донесення про подію",
    addressee: str = "",
    signed_by: str = "",
) -> bytes:
    """A unit's report in Ukrainian as an archival PDF with a text layer, marked as demonstration data on each page."""
    data = {
        "unit": set_lines(unit),
        "number": set_lines(number),
        "date": f"{reported_on:%d.%m.%Y}",
        "classification": set_lines(classification),
        "subject": set_lines(subject),
        "addressee": set_lines(addressee),
        "paragraphs": [set_lines(text) for text in paragraphs],
        "signed_by": set_lines(signed_by),
        "mark": _mark_of(seed),
    }
    return typeset_pdf(_template("unit_report"), data, made_on=reported_on)


def document_pdf(
    seed: Seed, *, title: str, paragraphs: Sequence[str], issuer: str, dated: date, reference: str = ""
) -> bytes:
    """A letter or other document in English as an archival PDF with a text layer, marked as demonstration data."""
    data = {
        "issuer": set_lines(issuer),
        "title": set_lines(title),
        "date": f"{dated.day} {dated:%B %Y}",
        "reference": set_lines(reference),
        "paragraphs": [set_lines(text) for text in paragraphs],
        "mark": _mark_of(seed),
    }
    return typeset_pdf(_template("document"), data, made_on=dated)


def post_capture(
    seed: Seed,
    *,
    channel: str,
    text: str,
    posted: datetime,
    language: str = "uk",
    handle: str = "",
    with_media: bool = False,
) -> bytes:
    """A PNG like a phone's screen with one post of a messenger channel; `posted` is UTC and shown as such.

    `language` ('uk', 'ru', 'en') sets the words of the frame around the post. The page says that it is synthetic.
    """
    dice = random.Random(f"post {seed}")
    words = {
        "uk": ("підписників", "переглядів"),
        "ru": ("подписчиков", "просмотров"),
        "en": ("subscribers", "views"),
    }[language]
    data = {
        "channel": set_lines(channel),
        "handle": set_lines(handle),
        "initial": next((letter for letter in channel if letter.isalnum()), "#").upper(),
        "followers": f"{dice.randint(2, 480)} {dice.randint(100, 999)} {words[0]}",
        "views": f"{dice.randint(1, 95)},{dice.randint(0, 9)}K {words[1]}",
        "text": set_lines(text),
        "time": f"{posted:%H:%M} UTC",
        "date": f"{posted:%d.%m.%Y}",
        "hue": dice.randint(0, 359),
        "media": with_media,
        "shapes": [dice.randint(5, 95) for _ in range(12)],
        "mark": _mark_of(seed),
    }
    return typeset_png(_template("post"), data, ppi=110)
