"""PDQ, the perceptual hash of pictures that others' hash lists use too: 256 bits and a quality, in numpy alone.

Luminance, two passes of a box filter, 64 by 64 samples, the sixteen lowest frequencies in each direction of a cosine
transform without the mean, and a bit for each that is above their median. Two pictures of the same thing differ in
few bits: up to 31 is taken as the same (D. Alvarez and others, “The TMK+PDQF video-hashing algorithm and the PDQ
image-hashing algorithm”, 2019). Unrelated pictures differ in about 128.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.floating[Any]]
Hash = NDArray[np.uint64]
"""Four words of 64 bits."""

SAME = 31
"""The largest distance, in bits, at which two pictures are taken as the same."""
SIDE = 64
FREQUENCIES = 16
_PASSES = 2
_ENOUGH_CONTRAST = 90.0


def pdq(grey: Grey) -> tuple[Hash, int]:
    """The hash of a grey picture (0 to 255, each side 2 or more) and its quality, 0 (plain) to 100."""
    points = samples(grey)
    return hash_spectrum(waves() @ points @ waves().T), _quality(points)


def samples(grey: Grey) -> Grey:
    """The picture without fine detail, at 64 by 64 points."""
    rows, columns = grey.shape
    smooth = grey
    for _ in range(_PASSES):
        smooth = _box(_box(smooth, -(-columns // (2 * SIDE))).T, -(-rows // (2 * SIDE))).T
    at = (np.arange(SIDE) + 0.5) / SIDE
    return smooth[np.ix_((at * rows).astype(int), (at * columns).astype(int))]


def hash_spectrum(spectrum: Grey) -> Hash:
    """The hashes of the lowest 16 by 16 waves (the last two axes), their bits in the order of the reference."""
    half = FREQUENCIES**2 // 2
    flat = spectrum.reshape(*spectrum.shape[:-2], FREQUENCIES**2)
    # The lower median, as in the reference: half of the bits are set.
    median = np.partition(flat, half - 1, axis=-1)[..., half - 1, None]
    return pack((flat > median)[..., ::-1])


def mirrored(spectrum: Grey) -> Grey:
    """The waves of the mirrored picture: every odd wave across turns its sign."""
    return spectrum * np.where(np.arange(1, FREQUENCIES + 1) % 2, -1, 1).astype(np.float32)


def pack(bits: NDArray[np.bool_]) -> Hash:
    """Rows of 256 bits as four words each."""
    return np.packbits(bits, axis=-1).view(np.uint64)


def distance(one: Hash, other: Hash) -> NDArray[np.int64]:
    """In how many bits hashes differ; broadcasts over all but the last axis."""
    return count(one ^ other)


def count(words: Hash) -> NDArray[np.int64]:
    """The bits set in each four words."""
    # Four counts of a byte each are added side by side: a sum over so short an axis takes five times as long.
    counts = np.ascontiguousarray(np.bitwise_count(words)).view(np.uint32)[..., 0]
    pairs = (counts & 0x00FF00FF) + ((counts >> 8) & 0x00FF00FF)
    return ((pairs + (pairs >> 16)) & 0xFFFF).astype(np.int64)


@cache
def waves() -> Grey:
    """The sixteen lowest waves over 64 points, without the constant one."""
    wave, point = np.arange(1, FREQUENCIES + 1)[:, None], np.arange(SIDE)[None, :]
    return (np.sqrt(2 / SIDE) * np.cos(np.pi / 2 / SIDE * wave * (2 * point + 1))).astype(np.float32)


def _box(grey: Grey, window: int) -> Grey:
    """Each row averaged over a window that shrinks at the edges."""
    if window <= 1:
        return grey
    half, width = (window + 2) // 2, grey.shape[1]
    sums = np.zeros((grey.shape[0], width + 1), np.float64)
    np.cumsum(grey, axis=1, out=sums[:, 1:], dtype=np.float64)
    at = np.arange(width)
    low, high = np.maximum(0, at + half - window), np.minimum(width, at + half)
    return ((sums[:, high] - sums[:, low]) / (high - low)).astype(np.float32)


def _quality(points: Grey) -> int:
    """How much there is to tell apart: steps between neighbours, as the reference counts them."""
    steps = sum(float(np.abs(np.trunc(np.diff(points, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(100, int(steps / _ENOUGH_CONTRAST))
