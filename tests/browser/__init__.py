"""Tests that do the job in a real browser."""
