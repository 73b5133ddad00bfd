"""In one process, whatever the configuration says of the daily suite: what is printed here is part of the result."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    config.option.numprocesses, config.option.dist = 0, "no"
