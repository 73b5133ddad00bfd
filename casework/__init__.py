"""Casework: case management for investigators who document executions of prisoners of war."""
