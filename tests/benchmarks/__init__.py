"""Measurements: `uv run pytest tests/benchmarks`. Each ratio is printed beside its floor from the same run."""
