"""The contact sheet: the first frame of each scene, in grey, with its timecode printed on it."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from casework.evidence.media.scenes import SMALL, SceneFinder

TILE_SIDE, MOST_TILES, FEWEST_TILES, COLUMNS, GAP = 300, 48, 12, 4, 6
_FONT = ImageFont.load_default(18)
"""Loaded here: later no file can be opened."""


@dataclass
class Tile:
    """A frame of the sheet: seconds from the beginning, how strong the change is that begins with it (0: none, taken so
    that a still video has frames as well), the picture in grey."""

    seconds: float
    strength: float
    picture: Image.Image


class Sheet:
    """Collects frames while a video is read once; keeps the strongest scenes when there are too many."""

    def __init__(self, duration: float | None) -> None:
        self._finder = SceneFinder()
        self._every = max((duration or 60.0) / FEWEST_TILES, 1.0)
        self._next = 0.0
        self._scenes: list[Tile] = []
        self._between: list[Tile] = []

    def see(self, seconds: float, small: object, picture: object) -> None:
        """Look at one frame: `small` is its grey array of SMALL pixels, `picture` a function that draws it as a tile,
        called only when it is wanted."""
        strength = self._finder.see(seconds, small)  # type: ignore[arg-type]
        if strength:
            self._scenes = strongest([*self._scenes, Tile(seconds, strength, picture())], 2 * MOST_TILES)  # type: ignore[operator]
        elif seconds >= self._next and len(self._between) < 2 * FEWEST_TILES:
            self._between.append(Tile(seconds, 0.0, picture()))  # type: ignore[operator]
        if seconds >= self._next:
            self._next = seconds + self._every

    def tiles(self) -> list[Tile]:
        """The frames of the sheet in order of time."""
        chosen = strongest(self._scenes, MOST_TILES)
        for extra in self._between:
            if len(chosen) >= FEWEST_TILES:
                break
            if all(abs(extra.seconds - each.seconds) >= 1.0 for each in chosen):
                chosen.append(extra)
        return sorted(chosen, key=lambda each: each.seconds)


def strongest(tiles: list[Tile], most: int) -> list[Tile]:
    """The `most` strongest in order of time; the first frame always stays."""
    if len(tiles) <= most:
        return tiles
    kept = sorted(tiles, key=lambda each: (-each.strength, each.seconds))[:most]
    return sorted(kept, key=lambda each: each.seconds)


def drawn(tiles: list[Tile]) -> tuple[Image.Image, list[dict[str, float]]]:
    """The sheet as one picture, and for each tile its second and its place on it in pixels (at, x, y, w, h)."""
    width = max(tile.picture.width for tile in tiles)
    height = max(tile.picture.height for tile in tiles)
    columns = min(COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = Image.new("L", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), 0)
    pen, places = ImageDraw.Draw(sheet), []
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        x, y = column * (width + GAP), row * (height + GAP)
        sheet.paste(tile.picture, (x + (width - tile.picture.width) // 2, y + (height - tile.picture.height) // 2))
        words = timecode(tile.seconds)
        box = pen.textbbox((x + 6, y + height - 28), words, font=_FONT)
        pen.rectangle((box[0] - 4, box[1] - 3, box[2] + 4, box[3] + 3), fill=0)
        pen.text((x + 6, y + height - 28), words, font=_FONT, fill=255)
        places.append({"at": round(tile.seconds, 2), "x": x, "y": y, "w": width, "h": height})
    return sheet, places


def timecode(seconds: float) -> str:
    """Minutes and seconds, hours when there are any: 01:14, 1:02:03."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes:02d}:{left:02d}"


__all__ = ["SMALL", "Sheet", "Tile", "drawn", "timecode"]
