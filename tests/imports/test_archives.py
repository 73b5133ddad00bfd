"""Archives that strangers made are refused whole, with the reason, before anything in them is opened."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from casework.imports import directories
from casework.imports.archives import Archive, Refused
from casework.imports.models import Import, ImportRow
from tests.imports.exports import chat, message, packed, png, telegram


def zipped(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def link() -> bytes:
    info = zipfile.ZipInfo("passwd")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return zipped((info, b"/etc/passwd"))


def encrypted() -> bytes:
    data = bytearray(zipped(("result.json", b"{}")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return zipped(("a.txt", b"one"), ("a.txt", b"two"))


def bomb() -> bytes:
    return zipped(("result.json", b" " * (12 << 20)))


def overlapping() -> bytes:
    """Two entries of the directory that name the same bytes."""
    data = bytearray(zipped(("aa.txt", b"one"), ("bb.txt", b"two")))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def many() -> bytes:
    """An end record that claims more members than there may be."""
    data = bytearray(zipped(("a.txt", b"one")))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 0xF0000000)
    return bytes(data)


def unusual() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", b"one")
    return made.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "link": (link, "link or device"),
    "encrypted": (encrypted, "encrypted"),
    "two of one name": (twice, "two files named"),
    "two names that differ in case": (lambda: zipped(("A.txt", b"1"), ("a.TXT", b"2")), "two files named"),
    "bomb": (bomb, "swell"),
    "overlap": (overlapping, "overlap"),
    "many": (many, "more than"),
    "unusual": (unusual, "unusual way"),
    "leads out": (lambda: zipped(("../../etc/cron.d/x", b"1")), "leads out"),
    "backslashes": (lambda: zipped(("..\\..\\x", b"1")), "leads out"),
    "absolute": (lambda: zipped(("/etc/passwd", b"1")), "leads out"),
    "drive": (lambda: zipped(("C:\\x", b"1")), "leads out"),
    "endless name": (lambda: zipped(("x" * 4096, b"1")), "leads out"),
    "control characters": (lambda: zipped(("a\x1b[31m.txt", b"1")), "leads out"),
    "no archive": (lambda: b"PK\x03\x04" + b"\x00" * 100, "no whole ZIP"),
    "cut": (lambda: zipped(("a.txt", b"one" * 1000))[:-30], "no whole ZIP"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_refuses_it_whole(name):
    make, said = HOSTILE[name]
    with pytest.raises(Refused, match=said):
        Archive(io.BytesIO(make()))


def crowded() -> bytes:
    """Ten members where the end of the archive admits one."""
    data = bytearray(zipped(*((f"{number}.txt", b"") for number in range(10))))
    end = data.rindex(b"PK\x05\x06")
    data[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    return bytes(data)


def crowded_behind_another_end() -> bytes:
    """Ten members told of by an end for large archives that the other end does not point to."""
    data = crowded()
    end = data.rindex(b"PK\x05\x06")
    length, start = struct.unpack_from("<II", data, end + 12)
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, length, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    short = bytearray(data[end:])
    short[12:20] = struct.pack("<II", 46, start)
    return data[:end] + large + locator + bytes(short)


@pytest.mark.parametrize("make", [crowded, crowded_behind_another_end])
def test_it_counts_members_itself_before_any_is_kept(make, monkeypatch):
    assert len(Archive(io.BytesIO(make())).sizes) == 10
    monkeypatch.setattr(directories, "MOST_MEMBERS", 9)
    with pytest.raises(Refused, match="more than 9 files"):
        Archive(io.BytesIO(make()))


def test_damaged_bytes_are_refused_when_they_are_read():
    data = bytearray(zipped(("a.txt", bytes(range(256)) * 20)))
    place = data.index(b"a.txt") + 20
    data[place] ^= 0xFF
    archive = Archive(io.BytesIO(bytes(data)))
    with pytest.raises(Refused, match="damaged"), archive.open("a.txt") as stream:
        stream.read()


def test_a_name_in_no_letters_beside_the_bytes_is_damage():
    data = packed({"\u0430.txt": "words"})
    at = data.index("\u0430.txt".encode())
    archive = Archive(io.BytesIO(data[:at] + b"\xbd" + data[at + 1 :]))
    with pytest.raises(Refused, match="is damaged"), archive.open("\u0430.txt"):
        pass


def test_it_gives_no_more_than_the_directory_says():
    """Compressed bytes that hold more than their entry admits end where the entry ends."""
    data = bytearray(zipped(("a.txt", b"x" * 5000)))
    honest = zlib.crc32(b"x" * 100)
    for sign, crc, size in ((b"PK\x03\x04", 14, 22), (b"PK\x01\x02", 16, 24)):
        start = data.index(sign)
        data[start + crc : start + crc + 4] = struct.pack("<I", honest)
        data[start + size : start + size + 4] = struct.pack("<I", 100)
    with Archive(io.BytesIO(bytes(data))).open("a.txt") as stream:
        assert len(stream.read()) == 100


def test_it_finds_names_in_old_letters():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("q" * 8 + ".jpg", b"1")
    name = "фото1234".encode("cp866")
    data = made.getvalue().replace(b"q" * 8, name)
    archive = Archive(io.BytesIO(data))
    assert archive.find("фото1234.jpg") == next(iter(archive.sizes))


@pytest.mark.django_db
def test_an_archive_inside_is_kept_as_a_file_only_where_something_names_it(bring, finish):
    inner = packed({"x.txt": "x"})
    batch = bring(Import.Kind.TELEGRAM, packed({"result.zip": telegram(chat(message(1, "x")))}))
    assert (batch.state, "no result.json" in batch.failure) == ("failed", True)
    batch = bring(Import.Kind.TELEGRAM, telegram(chat(message(1, "x")), {"files/inner.zip": inner}))
    assert (batch.state, "another archive" in batch.failure) == ("failed", True), batch.failure
    assert not ImportRow.objects.exists()
    named = chat(message(1, "x", file="files/inner.zip"))
    batch = finish(bring(Import.Kind.TELEGRAM, telegram(named, {"files/inner.zip": inner})))
    assert (batch.state, batch.figures["files_written"]) == ("done", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["link", "encrypted", "bomb", "leads out"])
def test_as_an_import_it_fails_with_the_reason_and_the_file_stays_sealed(bring, name):
    make, said = HOSTILE[name]
    batch = bring(Import.Kind.TELEGRAM, make())
    assert (batch.state, said in batch.failure) == ("failed", True)
    assert batch.files.get().blob.check_result == "matches"


def test_noise_of_other_systems_is_passed_over():
    data = packed({"__MACOSX/._a": b"x", "b/.DS_Store": b"x", "a.png": png(1)})
    assert list(Archive(io.BytesIO(data)).sizes) == ["a.png"]
