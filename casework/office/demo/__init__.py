"""The demonstration office: synthetic texts and files, laid down through the same actions as real work."""
