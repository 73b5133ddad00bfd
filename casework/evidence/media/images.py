"""Images: facts, what the camera says, poster, grey still, a colour copy without metadata, a grey scan for reading."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from PIL import ExifTags, Image, ImageOps

from casework.evidence import sandbox
from casework.evidence.media.common import COPY_SIDE, MAX_PIXELS, check_pixels, emit_stills, flatten, jpeg, said

SCAN_SIDE = 3500
_CAMERA: dict[int, str] = {
    ExifTags.Base.Make: "make", ExifTags.Base.Model: "model", ExifTags.Base.Software: "software",
    ExifTags.Base.DateTime: "modified", ExifTags.Base.Artist: "artist", ExifTags.Base.Copyright: "copyright",
    ExifTags.Base.ImageDescription: "description",
}  # fmt: skip
_SHOT: dict[int, str] = {
    ExifTags.Base.DateTimeOriginal: "taken", ExifTags.Base.OffsetTimeOriginal: "taken_offset",
    ExifTags.Base.LensModel: "lens", ExifTags.Base.BodySerialNumber: "serial",
}  # fmt: skip


def read_image(source: io.FileIO, reader: str, stage: str) -> None:
    """What the stage asks for; nothing is left to do for an image after its covers but a scan."""
    with Image.open(io.BufferedReader(source), formats=[reader]) as image:
        width, height = image.size
        check_pixels(width, height, MAX_PIXELS)
        if reader == "JPEG" and stage == "covers":
            image.draft("RGB", (COPY_SIDE, COPY_SIDE))
        facts = {"width": width, "height": height, "container": reader.lower()}
        sandbox.emit("facts", facts=facts)
        if stage not in {"covers", "scan"}:
            return
        image.load()
        if stage == "covers":
            sandbox.emit("facts", facts={"said": said(_camera(image))})
        upright = flatten(ImageOps.exif_transpose(image))
    if stage == "scan":
        grey = upright.convert("L")
        grey.thumbnail((SCAN_SIDE, SCAN_SIDE))
        sandbox.emit("scan-1", png(grey))
        return
    upright.thumbnail((COPY_SIDE, COPY_SIDE))
    emit_stills(upright)
    sandbox.emit("copy", jpeg(upright))


def png(image: Image.Image) -> bytes:
    """Pixels without loss, quickly packed."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _camera(image: Image.Image) -> Iterator[tuple[str, Any]]:
    """Camera, times and place from EXIF; a damaged block says nothing, the picture is read all the same."""
    try:
        exif = image.getexif()
        shot, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
        yield from ((_CAMERA[tag], value) for tag, value in exif.items() if tag in _CAMERA)
        yield from ((_SHOT[tag], value) for tag, value in shot.items() if tag in _SHOT)
        yield from _place(place)
    except (ValueError, TypeError, ArithmeticError, LookupError, OSError, SyntaxError, AttributeError):
        return


def _place(place: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    gps = ExifTags.GPS
    if gps.GPSLatitude in place and gps.GPSLongitude in place:
        latitude = _degrees(place[gps.GPSLatitude], place.get(gps.GPSLatitudeRef, "N") in {"S", b"S"})
        longitude = _degrees(place[gps.GPSLongitude], place.get(gps.GPSLongitudeRef, "E") in {"W", b"W"})
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            yield "location", f"{latitude:.6f}, {longitude:.6f}"
    if gps.GPSAltitude in place:
        yield "altitude", f"{float(place[gps.GPSAltitude]):.1f} m"
    if gps.GPSDateStamp in place:
        clock = ":".join(f"{int(part):02d}" for part in place.get(gps.GPSTimeStamp, ()))
        yield "location_time", f"{place[gps.GPSDateStamp]} {clock}".strip()


def _degrees(parts: Any, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value
