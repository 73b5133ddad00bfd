"""The time-stamp authorities that the office was set up with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings


@dataclass(frozen=True)
class Authority:
    """A time-stamp authority: where it answers, and the files of the CA certificates that it is believed by."""

    url: str
    cas: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The host, or the whole of what is no address."""
        try:
            return urlsplit(self.url).hostname or self.url
        except ValueError:
            return self.url


def authorities() -> list[Authority]:
    """Those of CASEWORK_TSA: addresses with commas between, each followed by `|` and the file of its CA."""
    found = []
    for entry in settings.CASEWORK_TSA:
        url, *cas = [part.strip() for part in entry.split("|")]
        if url:
            found.append(Authority(url, tuple(Path(each) for each in cas if each)))
    return found
