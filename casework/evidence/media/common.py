"""What every reader of the sandbox needs: limits of size, pictures drawn anew, and what a file says of itself."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageFilter

from casework.evidence import sandbox

MAX_PIXELS = 100_000_000
STILL_SIDE, COPY_SIDE, POSTER_SIDE = 1280, 2048, 480
MOST_SAID, LONGEST_SAID = 60, 300


class Unreadable(Exception):
    """The file is not what it seemed, or too large to open safely; says which."""


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


def jpeg(image: Image.Image, quality: int = 80) -> bytes:
    """A JPEG of the pixels alone."""
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=quality, optimize=False)
    return buffer.getvalue()


def check_pixels(width: int, height: int, limit: int) -> None:
    """Refuse a pixel flood before anything is decoded."""
    if width < 1 or height < 1:
        raise Unreadable("the picture has no size")
    if width * height > limit:
        raise Unreadable("the picture is too large to open safely")


def said(pairs: Any) -> dict[str, str]:
    """What a file says of itself, as short plain texts; the parent chooses what of it is kept."""
    found: dict[str, str] = {}
    for name, value in pairs:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        text = " ".join(text.replace("\0", " ").encode("utf-8", "replace").decode().split())[:LONGEST_SAID]
        if text and len(found) < MOST_SAID:
            found[str(name)[:60]] = text
    return found
