"""Append-only, hash-chained record of who did or saw what. Imports nothing else of casework."""
