"""The referrals room's part of the API. Approving and sending need a session with a fresh proof; no token does them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from casework.accounts.models import User
from casework.accounts.step_up import require_recent
from casework.core.api import (
    CaseworkViewSet,
    EmptySerializer,
    ListMixin,
    ReasonSerializer,
    RetrieveMixin,
    transition,
)
from casework.referrals import actions
from casework.referrals.filters import ReferralFilters
from casework.referrals.models import Correspondence, Recipient, Referral
from casework.referrals.serializers import (
    AcknowledgementInput,
    ApproveInput,
    CloseInput,
    CorrespondenceInput,
    LetterInput,
    RecipientSerializer,
    ReferralChange,
    ReferralInput,
    ReferralSerializer,
    SentInput,
)
from casework.referrals.workflow import REFERRAL_WORKFLOW


class RecipientApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Whom the office refers to, and what each may receive."""

    queryset = Recipient.objects.all()
    serializer_class = RecipientSerializer
    orderings = {"name": ("name",)}
    default_ordering = "name"


def guarded(name: str, perform: Callable[..., Any], serializer: type[BaseSerializer[Any]]) -> Any:
    """A transition that needs the person to have proved again, in this session, that it is they."""

    def method(self: ReferralApi, request: Request, **kwargs: Any) -> Response:
        referral = self.get_object()
        require_recent(request)
        given = serializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return self.answer(perform(referral, actor=request.user, **given.validated_data))

    method.__name__ = name
    method.__doc__ = (perform.__doc__ or "").strip().split("\n")[0]
    described = extend_schema(request=serializer, responses=ReferralSerializer)(method)
    path = name.replace("_", "-")
    offered: Any = action(detail=True, methods=["post"], url_path=path, url_name=path, filterset_class=None)(described)
    offered.transition_name = name
    return offered


class ReferralApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Referrals, their transitions, and the letters that one may read."""

    queryset = Referral.objects.select_related("package").prefetch_related("cases", "evidence")
    serializer_class = ReferralSerializer
    input_serializers = {"create": ReferralInput, "partial_update": ReferralChange}
    filterset_class = ReferralFilters
    workflow = REFERRAL_WORKFLOW
    orderings = {"-updated": ("-updated_at",), "sent": ("sent_on",)}
    default_ordering = "-updated"

    def get_queryset(self) -> Any:
        """The visible referrals, each with its letters that the person may read."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        letters = Correspondence.objects.visible_to(cast(User, self.request.user))
        return rows.prefetch_related(Prefetch("correspondence", queryset=letters, to_attr="readable_letters"))

    def create(self, request: Request) -> Response:
        """Prepare a referral as a draft."""
        return self.created(actions.prepare_referral(actor=cast(User, request.user), **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a draft."""
        values = self.validated(partial=True)
        expected = values.pop("expected_updated_at", None)
        return self.answer(
            actions.change_referral(self.get_object(), actor=cast(User, request.user), expected=expected, **values)
        )

    submit = transition("submit", actions.submit_referral, serializer=EmptySerializer, output=ReferralSerializer)
    approve = guarded("approve", actions.approve_referral, ApproveInput)
    return_ = transition("return_", actions.return_referral, serializer=ReasonSerializer, output=ReferralSerializer)
    withdraw = transition("withdraw", actions.withdraw_referral, serializer=ReasonSerializer, output=ReferralSerializer)
    record_sent = guarded("record_sent", actions.record_sent, SentInput)
    resolve_sent = guarded("resolve_sent", actions.resolve_as_sent, SentInput)
    delivery_unknown = transition(
        "delivery_unknown", actions.record_delivery_unknown, serializer=ReasonSerializer, output=ReferralSerializer
    )
    resolve_not_sent = transition(
        "resolve_not_sent", actions.resolve_as_not_sent, serializer=ReasonSerializer, output=ReferralSerializer
    )
    acknowledge = transition(
        "acknowledge", actions.acknowledge_referral, serializer=AcknowledgementInput, output=ReferralSerializer
    )
    reply = transition("reply", actions.record_reply, serializer=LetterInput, output=ReferralSerializer)
    close = transition("close", actions.close_referral, serializer=CloseInput, output=ReferralSerializer)
    correspondence = transition(
        "correspondence", actions.record_correspondence, serializer=CorrespondenceInput, output=ReferralSerializer
    )


routes: list[tuple[str, type, str]] = [
    ("recipients", RecipientApi, "recipient"),
    ("referrals", ReferralApi, "referral"),
]
