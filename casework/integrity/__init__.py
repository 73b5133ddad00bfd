"""Signed heads, time-stamps, fixity and quarantine: what lets a stranger prove every byte and every hand."""
