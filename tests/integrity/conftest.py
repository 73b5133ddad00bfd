"""Items with custody, and what the stand-alone verifier says of an export of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from casework.evidence.actions import register_item
from casework.evidence.models import Item
from casework.evidence.uploads import stored_from_bytes
from casework.integrity import casework_verify
from casework.integrity.chains import export_chains

Verdict = tuple[int, dict[str, Any]]


def an_item(cast: SimpleNamespace, title: str = "Page", data: bytes = b"a page") -> Item:
    files = [stored_from_bytes("page.txt", data, "text/plain")]
    return register_item(actor=cast.investigator, team=cast.team, kind="document", title=title, files=files)


@pytest.fixture
def verdict(capsys: pytest.CaptureFixture[str]) -> Callable[..., Verdict]:
    """Run the verifier; its exit status and its report."""

    def run(*arguments: object) -> Verdict:
        capsys.readouterr()
        status = casework_verify.main([*map(str, arguments), "--json"])
        said = capsys.readouterr().out
        return status, json.loads(said) if said else {}

    return run


@pytest.fixture
def exported(tmp_path: Path) -> Callable[[], Path]:
    """Export the chains into a folder of their own."""
    folders = iter(range(1000))

    def run() -> Path:
        folder = tmp_path / f"export-{next(folders)}"
        export_chains(folder)
        return folder

    return run
