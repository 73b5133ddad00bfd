"""The roles that a session's person holds are those of this very moment, however they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from casework.accounts.actions import end_role
from casework.accounts.backends import CaseworkBackend
from casework.accounts.models import Role, User

pytestmark = pytest.mark.django_db


def test_it_reads_the_person_and_their_roles_by_one_query(cast: Any, django_assert_num_queries: Callable) -> None:
    with django_assert_num_queries(1):
        user = CaseworkBackend().get_user(cast.reviewer.pk)
        assert user is not None
        assert user.has_role(Role.REVIEWER, cast.team.pk)


def test_it_finds_the_roles_that_a_query_of_its_own_finds(cast: Any) -> None:
    for person in User.objects.all():
        read = CaseworkBackend().get_user(person.pk)
        assert read is not None
        assert read.roles == person.roles


def test_an_ended_role_is_gone_at_once(cast: Any) -> None:
    grant = cast.reviewer.role_grants.get()
    end_role(grant, actor=cast.administrator)
    user = CaseworkBackend().get_user(cast.reviewer.pk)
    assert user is not None
    assert user.roles == {}


def test_a_disabled_person_is_nobody(cast: Any) -> None:
    User.objects.filter(pk=cast.reviewer.pk).update(is_active=False)
    assert CaseworkBackend().get_user(cast.reviewer.pk) is None
