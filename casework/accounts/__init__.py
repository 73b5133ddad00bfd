"""Users, roles, teams, sign-in, step-up and personal tokens."""
