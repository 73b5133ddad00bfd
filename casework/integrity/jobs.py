"""What the worker does for integrity, by part."""

from casework.integrity import fixity_jobs, head_jobs

__all__ = ["fixity_jobs", "head_jobs"]
