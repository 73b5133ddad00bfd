"""Kills and damage on a running office: `uv run pytest tests/faults`. Not part of the daily suite: it takes minutes."""
