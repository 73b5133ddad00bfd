"""Text recognition of scans with the program `tesseract`, when it is installed; said plainly when it is not.

The pictures are drawn by the sandboxed reader; the program gets them one by one in a process that reaches no network,
can write nothing and reads nothing but its own installation (see `recogniser`).
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache

from casework.evidence import sandbox

WANTED = ("ukr", "rus", "eng")
LIMITS = sandbox.Limits(cpu_seconds=120, wall_seconds=600, memory=2 << 30, output=16 << 20)
_PROGRAM = "tesseract"
_CHILD = "casework.evidence.recogniser"
_READABLE = ("/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache", "/etc/alternatives")
_ASKING_SECONDS = 20


@dataclass(frozen=True)
class Recognised:
    """Words with the lines kept, and how sure the program is of them, from 0 to 100 (None when it saw none)."""

    text: str
    confidence: int | None


def languages() -> tuple[str, ...]:
    """Those of the wanted languages that the program can read; empty when it is not installed."""
    program = shutil.which(_PROGRAM, path=os.environ.get("PATH", os.defpath))
    return _languages_of(program) if program else ()


@lru_cache(maxsize=4)
def _languages_of(program: str) -> tuple[str, ...]:
    try:
        answer = subprocess.run([program, "--list-langs"], capture_output=True, timeout=_ASKING_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    known = set((answer.stdout + answer.stderr).decode("utf-8", "replace").split())
    return tuple(name for name in WANTED if name in known)


def recognise(picture: bytes) -> Recognised:
    """The words of one picture (PNG, drawn by the server). Raises ValueError saying why when the program failed."""
    program, known = shutil.which(_PROGRAM), languages()
    if not program or not known:
        raise ValueError("no text recognition on this machine")
    task = {
        "program": os.path.realpath(program), "languages": "+".join(known), "readable": list(_READABLE),
        "data": os.environ.get("TESSDATA_PREFIX", ""),
    }  # fmt: skip
    handle = os.memfd_create("picture", os.MFD_CLOEXEC)
    try:
        _fill(handle, picture)
        data, reason = sandbox.run_raw(_CHILD, handle, task, LIMITS)
    finally:
        os.close(handle)
    if reason:
        raise ValueError(reason)
    return _from_table(data.decode("utf-8", "replace"))


def _fill(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _from_table(table: str) -> Recognised:
    """Lines and paragraphs put together again from the program's table of words."""
    lines: dict[tuple[str, ...], list[str]] = {}
    sure: list[float] = []
    reader = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in reader:
        word = (row.get("text") or "").strip()
        if row.get("level") != "5" or not word:
            continue
        place = tuple(row.get(name) or "" for name in ("page_num", "block_num", "par_num", "line_num"))
        lines.setdefault(place, []).append(word)
        sure.append(_number(row.get("conf")))
    text, before = [], None
    for place, words in lines.items():
        if before is not None and place[:3] != before:
            text.append("")
        text.append(" ".join(words))
        before = place[:3]
    return Recognised("\n".join(text), round(sum(sure) / len(sure)) if sure else None)


def _number(text: str | None) -> float:
    try:
        return min(max(float(text or 0), 0.0), 100.0)
    except ValueError:
        return 0.0
