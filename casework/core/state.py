"""What the state folder says before any setting is read: the signing key, and whether this is a demonstration."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_secret(state: Path) -> str:
    """The signing key, made once and kept readable to its owner alone."""
    path = state / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        state.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(64)
        try:
            with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(made)
        except FileExistsError:
            return path.read_text().strip()
        return made


def holds_demonstration(state: Path) -> bool:
    """Whether the folder was made by `manage.py demo`, which every other command on it has to know too."""
    try:
        return (state / "kind").read_text().strip() == "demo"
    except OSError:
        return False
