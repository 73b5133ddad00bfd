"""The office's approved conclusions about cases: proposed, reviewed, in force."""
