"""A registry of public calls and threats."""
