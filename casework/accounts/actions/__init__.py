"""Every change to people, roles, teams and tokens."""

from casework.accounts.actions.people import (
    change_name,
    disable_user,
    enable_user,
    invite_person,
    make_new_link,
    reset_second_factor,
)
from casework.accounts.actions.roles import end_role, grant_role
from casework.accounts.actions.sessions import end_all_sessions
from casework.accounts.actions.teams import change_team, create_team
from casework.accounts.actions.tokens import make_token, revoke_token

__all__ = [
    "change_name",
    "change_team",
    "create_team",
    "disable_user",
    "enable_user",
    "end_all_sessions",
    "end_role",
    "grant_role",
    "invite_person",
    "make_new_link",
    "make_token",
    "reset_second_factor",
    "revoke_token",
]
