"""What this room tells the rooms above it."""

from __future__ import annotations

from django.dispatch import Signal

blob_stored = Signal()
"""Bytes of evidence have a row, new or known before: `blob`, and what they are by their first bytes, `sniffed`. Sent
inside the transaction that writes the row: receivers queue what is to follow, so that it runs after the commit or
never. Whether the bytes were known before is not told, and whoever acts on it must not tell either."""
