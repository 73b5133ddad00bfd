"""Settings of heads with which casework refuses to work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casework.integrity import keys
from casework.integrity.checks import check_heads


def found() -> list[str]:
    return [str(message.id) for message in check_heads(None)]


def test_it_is_content_with_what_is_set_when_nothing_is(settings: Any) -> None:
    assert found() == []
    keys.make(Path(settings.CASEWORK_HEAD_KEY))
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("CASEWORK_HEADS_URL", "http://keeper.example/heads", "casework.E021"),
        ("CASEWORK_HEAD_MINUTES", 0, "casework.E022"),
        ("CASEWORK_HEAD_MINUTES", 60, "casework.E022"),
        ("CASEWORK_TSA", ["ftp://tsa.example"], "casework.E023"),
        ("CASEWORK_TSA", ["https://tsa.example|/nowhere/ca.pem"], "casework.E023"),
    ],
)
def test_it_names_what_cannot_be(settings: Any, name: str, value: Any, number: str) -> None:
    setattr(settings, name, value)
    assert found() == [number]


@pytest.mark.parametrize("url", ["https://keeper.example/heads", "http://127.0.0.1:9000/heads", ""])
def test_heads_may_go_by_https_or_stay_on_the_machine(settings: Any, url: str) -> None:
    settings.CASEWORK_HEADS_URL = url
    assert found() == []


def test_a_key_that_others_can_read_is_refused(settings: Any) -> None:
    keys.make(Path(settings.CASEWORK_HEAD_KEY))
    Path(settings.CASEWORK_HEAD_KEY).chmod(0o644)
    assert found() == ["casework.E024"]
