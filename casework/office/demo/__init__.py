"""The demonstration: a synthetic office whose figures reproduce what was published, laid down through real actions."""

from casework.office.demo.loading import load

__all__ = ["load"]
