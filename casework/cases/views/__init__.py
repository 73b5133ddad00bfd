"""The pages of cases: get the visible object, read the form, call the action, answer."""
