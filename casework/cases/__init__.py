"""Incidents under investigation: people, places, tasks, notes, access."""
