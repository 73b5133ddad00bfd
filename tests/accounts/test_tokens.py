"""API tokens: what they open and how soon they stop."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from casework.accounts import actions
from casework.accounts.authentication import TokenAuthentication
from casework.accounts.step_up import require_recent
from casework.audit import clock
from casework.core.errors import StepUpRequired
from tests.helpers import stepped_up


class Echo(APIView):
    """Says whose request it was and what it may do."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"user": str(request.user.pk), "scopes": sorted(request.user.token_scopes)})

    post = get

    def put(self, request):
        require_recent(request)
        return Response({})


def ask(secret, method="get", scheme="Bearer"):
    request = getattr(APIRequestFactory(), method)("/api/v1/echo/", HTTP_AUTHORIZATION=f"{scheme} {secret}")
    return Echo.as_view()(request)


def token(user, scope="read", days=10):
    return actions.make_token(
        user, actor=user, name="Laptop", scope=scope, ends_at=clock.now() + datetime.timedelta(days=days)
    )


def test_it_acts_as_its_owner_within_its_scope(cast):
    _row, reading = token(cast.viewer)
    _row, writing = token(cast.viewer, "write")
    assert ask(reading).data == {"user": str(cast.viewer.pk), "scopes": ["read"]}
    assert ask(writing, "post").data == {"user": str(cast.viewer.pk), "scopes": ["read", "write"]}
    assert ask(reading, "post").status_code == 403


def test_it_is_no_fresh_proof(cast):
    _row, writing = token(cast.reviewer, "write")
    response = ask(writing, "put")
    assert response.status_code == StepUpRequired.status
    assert response.data["type"] == "step_up_required"


@pytest.mark.parametrize(
    "secret",
    ["", "nonsense", "cwk_", "cwk_" + "a" * 43, "cwk_" + "a" * 5000, "cwk_\xe9", "cwk_a b", "cwk_\x00"],
)
def test_it_refuses_what_is_no_token(cast, secret):
    assert ask(secret).status_code == 401


def test_it_stops_at_its_end_when_revoked_and_when_disabled(cast, time_machine):
    row, ended = token(cast.viewer, days=1)
    _row, revoked = token(cast.viewer)
    _row, of_disabled = token(cast.colleague)
    actions.revoke_token(_row_of(revoked), actor=cast.viewer)
    actions.disable_user(cast.colleague, actor=cast.administrator, reason="Left")
    assert [ask(secret).status_code for secret in (ended, revoked, of_disabled)] == [200, 401, 401]
    time_machine.move_to(row.ends_at)
    assert ask(ended).status_code == 401


def _row_of(secret):
    from casework.accounts.models import Token
    from casework.accounts.secrets import secret_hash

    return Token.objects.get(secret_hash=secret_hash(secret))


def test_it_notes_its_use_once_a_minute(cast, time_machine):
    row, secret = token(cast.viewer)
    start = clock.now()
    time_machine.move_to(start, tick=False)
    ask(secret)
    row.refresh_from_db()
    first = row.last_used_at
    time_machine.move_to(start + datetime.timedelta(seconds=59), tick=False)
    ask(secret)
    row.refresh_from_db()
    assert row.last_used_at == first
    time_machine.move_to(start + datetime.timedelta(seconds=61), tick=False)
    ask(secret)
    row.refresh_from_db()
    assert row.last_used_at > first


def test_it_leaves_other_schemes_to_others(cast):
    assert ask("abc", scheme="Basic").status_code == 401


def test_it_opens_no_page(client, cast):
    _row, secret = token(cast.administrator, "write")
    response = client.get(reverse("accounts:people"), HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert response.status_code == 302


def test_it_is_shown_once(client, cast):
    stepped_up(client, cast.viewer)
    url = reverse("accounts:create_token")
    response = client.post(url, {"name": "Laptop", "scope": "write", "ends_on": "2027-01-31"})
    secret = response.context["secret"]
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert secret not in client.get(reverse("accounts:account")).content.decode()
    assert ask(secret).status_code == 200
    row = _row_of(secret)
    assert client.post(reverse("accounts:revoke_token", args=[row.pk])).status_code == 302
    assert ask(secret).status_code == 401


def test_it_hides_other_peoples_tokens(client, cast):
    row, _secret = token(cast.colleague)
    stepped_up(client, cast.viewer)
    assert client.post(reverse("accounts:revoke_token", args=[row.pk])).status_code == 404
    assert (
        client.post(reverse("accounts:revoke_token", args=["00000000-0000-4000-8000-000000000000"])).status_code == 404
    )
