"""What the worker does for integrity, by part."""

from casework.integrity import head_jobs

__all__ = ["head_jobs"]
