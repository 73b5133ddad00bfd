"""Who may do what with accounts, roles, teams and tokens. False unless a rule says otherwise."""

from __future__ import annotations

from typing import Any

from casework.accounts.models import Role, RoleGrant, Team, Token, User


def _administers(user: User) -> bool:
    """An administrator at a page. A token never manages people: it could be used by whoever found it."""
    return user.is_active and user.is_administrator and not by_token(user)


def by_token(user: Any) -> bool:
    """Whether the request came with an API token."""
    return hasattr(user, "token_scopes")


def can_see_people(user: User, _: object = None) -> bool:
    """Administrators keep the accounts; auditors look at them."""
    return user.is_active and (user.is_administrator or user.is_auditor)


def can_invite_person(user: User, _: object = None) -> bool:
    return _administers(user)


def can_make_new_link(user: User, person: User) -> bool:
    """Not for oneself: one's own password is changed on the account page, where the old one is asked."""
    return _administers(user) and person.is_active and person.pk != user.pk


def can_reset_second_factor(user: User, person: User) -> bool:
    return _administers(user) and person.pk != user.pk


def can_grant_role(user: User, person: User) -> bool:
    """Nobody gives a role to themselves."""
    return _administers(user) and person.pk != user.pk


def can_end_role(user: User, grant: RoleGrant) -> bool:
    return _administers(user)


def can_disable_user(user: User, person: User) -> bool:
    return _administers(user) and person.pk != user.pk


def can_enable_user(user: User, person: User) -> bool:
    return _administers(user) and person.pk != user.pk


def can_manage_teams(user: User, team: Team | None = None) -> bool:
    return _administers(user)


def can_change_name(user: User, person: User) -> bool:
    """One's own."""
    return user.is_active and person.pk == user.pk and not by_token(user)


def can_make_token(user: User, person: User) -> bool:
    """For oneself, and not with a token."""
    return user.is_active and person.pk == user.pk and not by_token(user)


def can_revoke_token(user: User, token: Token) -> bool:
    """One's own; an administrator anybody's."""
    return not by_token(user) and user.is_active and (token.user_id == user.pk or user.is_administrator)


def can_keep_reference_data(user: User, _: object = None) -> bool:
    """Parties, places, recipients and vocabularies, in Django's admin."""
    return _administers(user)


STAND_ALONE = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles that go with no other: an administrator reads no case content, and an auditor changes nothing."""
