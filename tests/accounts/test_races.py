"""Two people at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from casework.accounts import actions
from casework.accounts.invitations import accept_invitation, secret_of
from casework.accounts.models import User
from casework.core.errors import DomainError
from tests.factories import person


def at_once(*acts):
    """Run the acts in threads of their own, started together; the errors they raised, None for those that did not."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(timeout=10)
            act()
        except DomainError as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_it_keeps_one_of_two_administrators_who_disable_each_other():
    first, second = person("First Administrator", "administrator"), person("Second Administrator", "administrator")
    errors = at_once(
        lambda: actions.disable_user(second, actor=first, reason="Left"),
        lambda: actions.disable_user(first, actor=second, reason="Left"),
    )
    assert sum(error is None for error in errors) == 1
    assert User.objects.with_role("administrator").count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_takes_up_a_link_once():
    administrator = person("First Administrator", "administrator")
    _user, link = actions.invite_person(actor=administrator, email="new@example.org", name="New")
    words = ["correct horse battery staple", "another long passphrase"]
    errors = at_once(*(lambda word=word: accept_invitation(secret_of(link), word) for word in words))
    assert sum(error is None for error in errors) == 1
