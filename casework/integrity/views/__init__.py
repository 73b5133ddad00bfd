"""Pages of the integrity room."""
