"""The verifier names what is wrong with whatever it is given, and never breaks off; packages are checked as a whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.audit.chain import canonical
from casework.integrity import casework_verify, sealing
from casework.integrity.chains import extract_of
from tests.integrity.conftest import Verdict, an_item

NAMES = ["audit.jsonl", "custody.jsonl", "heads.jsonl", "stamps.jsonl"]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_export_breaks_it(
    cast: SimpleNamespace, exported: Callable[[], Path], verdict: Callable[..., Verdict], tmp_path: Path, data: Any
) -> None:
    """One field of one line is replaced by anything, or bytes are: it says so and ends with 0 or 1."""
    folder = tmp_path / "whole"
    if not folder.exists():
        an_item(cast)
        sealing.seal()
        shutil.copytree(exported(), folder)
    work = tmp_path / "work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)
    path = work / data.draw(st.sampled_from(NAMES[:3]))
    lines = path.read_bytes().splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    if data.draw(st.booleans()):
        record = json.loads(lines[at])
        place = record
        for name in ("payload", "head"):
            place = place.get(name, place) if data.draw(st.booleans()) else place
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(values)
        lines[at] = json.dumps(record).encode()
    else:
        cut = data.draw(st.integers(0, len(lines[at])))
        lines[at] = lines[at][:cut] + data.draw(st.binary(max_size=4)) + lines[at][cut + 2 :]
    path.write_bytes(b"\n".join(lines) + b"\n")
    status, said = verdict("store", work, "--heads", folder / "heads.jsonl")
    assert status in (0, 1)
    assert (status == 0) == (not said["wrong"])


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_extract_breaks_it(
    cast: SimpleNamespace, verdict: Callable[..., Verdict], tmp_path: Path, data: Any
) -> None:
    path = tmp_path / "extract.json"
    if not (tmp_path / "whole.json").exists():
        item = an_item(cast)
        sealing.seal()
        (tmp_path / "whole.json").write_text(json.dumps(extract_of(item)))
    found = json.loads((tmp_path / "whole.json").read_text())
    found[data.draw(st.sampled_from(sorted(found)))] = data.draw(values)
    path.write_text(json.dumps(found))
    assert verdict("item", path)[0] in (0, 1)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 50_000, "\x00"])
def test_what_is_no_extract_is_named(verdict: Callable[..., Verdict], tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    status, said = verdict("item", tmp_path / "x.json")
    assert (status, [each["kind"] for each in said["wrong"]]) == (1, ["malformed"])


def test_names_from_outside_do_not_command_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(
        json.dumps({"format": "casework-item-1", "item": "\x1b[2J", "links": 1, "heads": []})
    )
    assert casework_verify.main(["item", str(tmp_path / "x.json")]) == 1
    assert "\x1b" not in capsys.readouterr().out


FILES = {"dossier.pdf": b"%PDF dossier", "evidence/E-1/page.txt": b"a page"}


def package(
    tmp_path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None] | None = None
) -> tuple[Path, str]:
    listed = [
        {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "evidence": "E-1"}
        for name, data in FILES.items()
    ]
    manifest: dict[str, Any] = {
        "format": "casework-package-1", "referral": "R-2026-0001", "version": 1, "dossier": listed[0],
        "files": listed[1:],
    }  # fmt: skip
    files = dict(FILES)
    if change:
        change(manifest, files)
    data = canonical(manifest)
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("manifest.json", data)
        for name, content in files.items():
            bundle.writestr(name, content)
    return path, hashlib.sha256(data).hexdigest()


def test_a_whole_package_holds_by_its_hash(verdict: Callable[..., Verdict], tmp_path: Path) -> None:
    path, digest = package(tmp_path)
    assert verdict("package", path, "--sha256", digest)[0] == 0
    status, said = verdict("package", path, "--sha256", "00" * 32)
    assert (status, said["wrong"][0]["where"]) == (1, "manifest.json")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda manifest, files: files.update({"dossier.pdf": b"%PDF another"}), "dossier.pdf"),
        (lambda manifest, files: files.update({"dossier.pdf": b"%PDF dossier and much more"}), "dossier.pdf"),
        (lambda manifest, files: files.pop("evidence/E-1/page.txt"), "evidence/E-1/page.txt"),
        (lambda manifest, files: files.update({"../escape": b""}), "../escape"),
        (lambda manifest, files: manifest.update(format="x"), "package"),
        (lambda manifest, files: manifest.update(files=7), "package"),
        (lambda manifest, files: manifest.update(dossier=None), "package"),
        (lambda manifest, files: files.update({"proof.json": b"{}"}), "package"),
    ],
)
def test_a_package_that_was_changed_does_not_hold(
    verdict: Callable[..., Verdict], tmp_path: Path, change: Callable[..., Any], where: str
) -> None:
    status, said = verdict("package", package(tmp_path, change)[0])
    assert status == 1
    assert where in [each["where"] for each in said["wrong"]]


@pytest.mark.parametrize("at", range(0, 700, 35))
def test_a_damaged_package_is_named(verdict: Callable[..., Verdict], tmp_path: Path, at: int) -> None:
    path, digest = package(tmp_path)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 0xFF
    path.write_bytes(bytes(data))
    status, said = verdict("package", path, "--sha256", digest)
    assert status in (0, 1)
    if status == 0:
        # Only the container's own bookkeeping changed: the contents are the same.
        assert said["facts"]["Package"].endswith(digest)


def test_what_is_not_there_cannot_be_checked(verdict: Callable[..., Verdict], tmp_path: Path) -> None:
    assert verdict("package", tmp_path / "none.zip")[0] == 2
    assert verdict("item", tmp_path / "none.json")[0] == 2
    assert verdict("store", tmp_path)[0] == 2
