"""Pages of the evidence room: HTTP only."""
