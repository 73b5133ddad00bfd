"""The pages of referrals: get the visible object, read the form, call the action, answer."""
