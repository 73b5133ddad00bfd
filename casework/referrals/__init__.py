"""Recipients, frozen packages, sending, correspondence, the disclosure register."""
