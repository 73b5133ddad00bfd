"""Counts from findings in force as of a date, and figures published by others."""
