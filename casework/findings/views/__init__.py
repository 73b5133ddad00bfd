"""The pages of findings: get the visible object, read the form, call the action, answer."""
