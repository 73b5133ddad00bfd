"""Pages that look across all rooms: home, search, audit log, demonstration data."""
