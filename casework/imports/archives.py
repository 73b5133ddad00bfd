"""Archives that strangers made, looked at before anything of them is opened, and never unpacked to disk.

Refused whole, with the reason: encrypted or damaged archives, links and devices, names that lead out of the archive,
two members of one name, members that overlap, more members or bytes than permitted, bytes that swell beyond reason.
Names are labels alone: they become part of no path.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from casework.imports.directories import Refused, damaged, refuse_large_directory

LONGEST_NAME = 1000
WORST_RATIO = 300
"""Bytes of a member for each byte of it in the archive; text repeats itself up to about a hundredfold."""
RATIO_FROM = 8 << 20
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ARCHIVES = re.compile(r"\.(?:zip|7z|rar|tar|tgz|gz|bz2|xz|zst|cab|iso)\Z", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_NOISE = re.compile(r"(?:^|/)(?:__MACOSX(?:/|$)|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
_UTF8_NAME = 0x800


def is_archive_name(path: str) -> bool:
    """Whether a name promises another archive."""
    return bool(_ARCHIVES.search(path))


class Archive:
    """The members of a ZIP archive by path, each readable once or often as a stream. `file` can seek and stays open."""

    def __init__(self, file: Any) -> None:
        try:
            refuse_large_directory(file)
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
            raise damaged() from error
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._aliases: dict[str, str] = {}
        self._take(self._zip.infolist())

    def _take(self, infos: list[zipfile.ZipInfo]) -> None:
        met: set[str] = set()
        total = 0
        for info in infos:
            path = _path(info)
            if path.casefold() in met:
                raise Refused(_("The archive holds two files named “%(name)s”. Make it again.") % {"name": path[:200]})
            met.add(path.casefold())
            if info.is_dir():
                continue
            _refuse_member(info, path)
            total += info.file_size
            if total > settings.CASEWORK_MAX_IMPORT:
                raise Refused(
                    _("The archive holds more than %(most)s bytes. Export it in parts.")
                    % {"most": settings.CASEWORK_MAX_IMPORT}
                )
            if not _NOISE.search(path):
                self._members[path] = info
                self._aliases |= dict.fromkeys(_aliases(info), path)
        _refuse_overlap(infos)

    @property
    def sizes(self) -> dict[str, int]:
        """Every file's path and size in bytes."""
        return {path: info.file_size for path, info in self._members.items()}

    def find(self, path: str) -> str:
        """The path of a member as the archive spells it; empty when there is none."""
        wanted = unicodedata.normalize("NFC", path.replace("\\", "/")).removeprefix("./")
        return wanted if wanted in self._members else self._aliases.get(wanted, "")

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """A member's bytes. Raises Refused when they are damaged or more than the archive says."""
        try:
            with self._opened(path) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error) as error:
            message = _("“%(name)s” in the archive is damaged. Export or send it again.") % {"name": path[-200:]}
            raise Refused(message) from error

    def _opened(self, path: str) -> IO[bytes]:
        try:
            return self._zip.open(self._members[path])
        except UnicodeDecodeError as error:
            # The name beside the bytes, which has to be the one in the directory.
            raise zipfile.BadZipFile("a name in no letters") from error

    def close(self) -> None:
        self._zip.close()


def _path(info: zipfile.ZipInfo) -> str:
    """The path inside the archive; raises Refused for one that leads anywhere else."""
    # Python cuts a name at a NUL; what stood there is in orig_filename.
    name = unicodedata.normalize("NFC", info.orig_filename.replace("\\", "/"))
    steps = name.rstrip("/").split("/")
    bad = (
        not name.strip("/")
        or len(name) > LONGEST_NAME
        or name.startswith("/")
        or _DRIVE.match(name)
        or any(step in ("", ".", "..") for step in steps)
        or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in name)
    )
    if bad:
        shown = name[:200].encode("unicode_escape").decode()
        raise Refused(
            _("The archive holds a file whose name leads out of it or cannot be read: “%(name)s”.") % {"name": shown}
        )
    return name.rstrip("/")


def _refuse_member(info: zipfile.ZipInfo, path: str) -> None:
    shown = {"name": path[:200]}
    mode = info.external_attr >> 16
    if info.flag_bits & 0x41:
        raise Refused(_("The archive is encrypted (“%(name)s”). Unpack it and make one without a password.") % shown)
    if info.create_system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused(_("The archive holds a link or device: “%(name)s”. Make it of plain files.") % shown)
    if info.compress_type not in _METHODS:
        raise Refused(_("“%(name)s” is compressed in an unusual way. Make a plain ZIP.") % shown)
    if info.file_size > settings.CASEWORK_MAX_UPLOAD:
        raise Refused(_("“%(name)s” is larger than a file may be.") % shown)
    if info.file_size > RATIO_FROM and info.file_size > WORST_RATIO * max(1, info.compress_size):
        raise Refused(_("“%(name)s” would swell beyond reason: this looks like an archive bomb.") % shown)


def _refuse_overlap(infos: list[zipfile.ZipInfo]) -> None:
    end = 0
    for info in sorted(infos, key=lambda each: each.header_offset):
        if info.header_offset < end:
            raise Refused(_("Files in the archive overlap: this looks like an archive bomb."))
        end = info.header_offset + 30 + info.compress_size


def _aliases(info: zipfile.ZipInfo) -> Iterator[str]:
    """Other readings of a name that does not say in which letters it is written."""
    if info.flag_bits & _UTF8_NAME or info.orig_filename.isascii():
        return
    try:
        raw = info.orig_filename.replace("\\", "/").encode("cp437")
    except UnicodeEncodeError:
        return
    for letters in ("utf-8", "cp866", "cp1251"):
        try:
            yield unicodedata.normalize("NFC", raw.decode(letters))
        except UnicodeDecodeError:
            continue
