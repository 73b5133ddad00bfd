"""The API's base: explicit input, visible objects, one map from domain errors to answers.

A view set names its queryset, output and input serializers; it gets the visible object, hands validated input to an
action, and answers. Every error has one shape:
{"type": "conflict", "title": ..., "detail": ..., "fields": {...}, "request_id": ...}.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, as_serializer_error
from rest_framework.views import set_rollback

from casework.core.access import note_refusal
from casework.core.api_fields import AvailableTransitionsField, PartialDateSerializerField, VisiblePrimaryKeyField
from casework.core.errors import DomainError, Invalid, NotAllowed, NotFound
from casework.core.filters import StrictFilterBackend
from casework.core.http import RETRY_SECONDS, problem
from casework.core.once import HEADER, fingerprint_of, once_for_key
from casework.core.paging import PAGING_PARAMETERS, KeysetPagination
from casework.core.serializers import EmptySerializer, ReasonSerializer, StrictModelSerializer, StrictSerializer
from casework.core.workflow import Workflow

__all__ = [
    "AvailableTransitionsField",
    "CaseworkViewSet",
    "EmptySerializer",
    "ListMixin",
    "PartialDateSerializerField",
    "ReasonSerializer",
    "RetrieveMixin",
    "StrictModelSerializer",
    "StrictSerializer",
    "VisiblePrimaryKeyField",
    "exception_handler",
    "transition",
]


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn any expected error into its answer; None for a defect, which becomes a 500 and is logged."""
    answer = _answer(error)
    if answer is None:
        return None
    set_rollback()
    if isinstance(error, NotAllowed):
        note_refusal(error)
    request = context.get("request")
    answer.data["request_id"] = getattr(getattr(request, "_request", request), "request_id", "") or ""
    return answer


def _answer(error: Exception) -> Response | None:
    if isinstance(error, DomainError):
        return _problem(error.status, error.code, error.message, fields=getattr(error, "fields", None),
                        reasons=getattr(error, "reasons", None))  # fmt: skip
    if isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(as_serializer_error(error))
    if isinstance(error, exceptions.ValidationError):
        fields = flatten(error.detail)
        return _problem(error.status_code, "invalid", _("Some of the input cannot be accepted."), fields=fields)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _framework_problem(error)
    if isinstance(error, RequestDataTooBig):
        return _problem(413, "too_large", _("The request is too large."))
    if isinstance(error, SuspiciousOperation):
        return _problem(400, "bad_request", _("The request cannot be understood."))
    if isinstance(error, (OperationalError, InterfaceError)):
        return _problem(503, "unavailable", _("The database is not answering. Nothing was changed. Try again shortly."),
                        headers={"Retry-After": RETRY_SECONDS})  # fmt: skip
    return None


def _framework_problem(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    detail = error.detail if isinstance(error.detail, str) else _("The request cannot be answered.")
    code = str(getattr(detail, "code", None) or error.default_code)
    return _problem(error.status_code, code, detail, headers=headers)


def _problem(
    code: int,
    kind: str,
    detail: str,
    *,
    fields: Mapping[str, list[str]] | None = None,
    reasons: list[str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = problem(code, kind, str(detail), fields=fields)
    if reasons:
        body["reasons"] = reasons
    return Response(body, status=code, headers=dict(headers or {}))


def flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested error details as one level: {"victims": [{"name": ["..."]}]} becomes {"victims.0.name": ["..."]}."""
    if isinstance(detail, Mapping):
        items: list[tuple[str, Any]] = [(str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        items = [(str(place), item) for place, item in enumerate(detail) if item]
    else:
        texts = detail if isinstance(detail, list) else [detail]
        return {path or "non_field_errors": [str(text) for text in texts]}
    found: dict[str, list[str]] = {}
    for key, value in items:
        inner = path if key == "non_field_errors" and path else f"{path}.{key}" if path else key
        for name, texts in flatten(value, inner).items():
            found.setdefault(name, []).extend(texts)
    return found


class CaseworkViewSet(viewsets.GenericViewSet[Any]):
    """The base of every API view set. It writes nothing by itself: subclasses call actions.

    `queryset` is narrowed by `visible_to(user)`; `serializer_class` is the output; `input_serializers` names the input
    of each method that has one ("create", "partial_update", a transition). Query parameters other than the filters,
    the paging ones and `extra_parameters` are refused.

    Where `workflow` is given, each of its transitions has to be offered by `transition(...)` or named in `pages_only`
    (ImproperlyConfigured when the class is made), so that no transition is forgotten.
    """

    pagination_class = KeysetPagination
    filter_backends = (StrictFilterBackend,)
    workflow: ClassVar[Workflow | None] = None
    pages_only: ClassVar[frozenset[str]] = frozenset()
    input_serializers: ClassVar[Mapping[str, type[BaseSerializer[Any]]]] = {}
    extra_parameters: ClassVar[Mapping[str, frozenset[str]]] = {}
    streaming: ClassVar[frozenset[str]] = frozenset()
    orderings: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    default_ordering: ClassVar[str | None] = None
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    http_method_names = ("get", "post", "patch", "delete", "head", "options")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.workflow is not None:
            offered = {getattr(getattr(cls, name), "transition_name", None) for name in dir(cls)}
            missing = {found.name for found in cls.workflow.transitions} - offered - cls.pages_only
            if missing:
                raise ImproperlyConfigured(f"{cls.__name__} offers no {', '.join(sorted(missing))}.")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the query parameters once the person is known, and have a repeatable POST act once."""
        super().initial(request, *args, **kwargs)
        self.refuse_unknown_parameters(request)
        if request.method == "POST" and HEADER in request.headers and not self.reads_body_itself:
            # The framework looks up the method to call after this one.
            vars(self)["post"] = self._repeatable(vars(self)["post"])

    @property
    def reads_body_itself(self) -> bool:
        """Whether this method streams its body; then it calls `once` itself when it knows the body's hash."""
        return self.action in self.streaming

    def _repeatable(self, handler: Callable[..., Response]) -> Callable[..., Response]:
        def method(request: Request, *args: Any, **kwargs: Any) -> Response:
            body = hashlib.sha256(request._request.body).hexdigest()
            return self.once(request, body, lambda: handler(request, *args, **kwargs))

        return method

    def once(self, request: Request, body_sha256: str, act: Callable[[], Response]) -> Response:
        """Carry out `act`, or answer as this person's request with the same Idempotency-Key was answered before.

        Raises NotFound when they may not see any more what the answer tells, Conflict when the key was used for another
        request. Without the header `act` is just carried out.
        """
        if HEADER not in request.headers:
            return act()
        fingerprint = fingerprint_of(request._request, body_sha256)
        response, new = once_for_key(request.user, request.headers[HEADER], fingerprint, act)
        if new or response.data is None:
            return response
        if self.detail:
            self.get_object()
        elif not self.get_queryset().filter(pk=response.data["id"]).exists():
            raise NotFound(_("There is no such object, or you may not see it."))
        return response

    def refuse_unknown_parameters(self, request: Request) -> None:
        """Raise Invalid for query parameters that this method does not know."""
        known = set(self.extra_parameters.get(self.action or "", ()))
        if self.action == "list":
            filters = getattr(getattr(self, "filterset_class", None), "base_filters", {})
            known |= PAGING_PARAMETERS | set(filters)
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            message = _("There is no such parameter.")
            raise Invalid(_("Some parameters are not known."), fields={name: [message] for name in unknown})

    def get_queryset(self) -> Any:
        """The rows that the person may see; none while the schema is made."""
        queryset: Any = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset.none()
        return queryset.visible_to(self.request.user)

    def get_object(self) -> Any:
        """The visible object of this URL. Raises NotFound alike for hidden and nonexistent ones.

        List filters do not apply to it.
        """
        found = self.get_queryset().filter(pk=self.kwargs[self.lookup_url_kwarg or self.lookup_field]).first()
        if found is None:
            raise NotFound(_("There is no such object, or you may not see it."))
        self.check_object_permissions(self.request, found)
        return found

    def get_serializer_class(self) -> Any:
        """The input serializer for methods that have one, else the output serializer."""
        return self.input_serializers.get(self.action or "", super().get_serializer_class())

    def validated(self, *, partial: bool = False) -> dict[str, Any]:
        """The checked input of this request, for an action. Raises ValidationError with every field at fault."""
        serializer = self.get_serializer(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def answer(self, instance: Any, *, status_code: int = status.HTTP_200_OK) -> Response:
        """An object as the person may see it now, with the output serializer."""
        visible = self.get_queryset().filter(pk=instance.pk).first()
        if visible is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        serializer = self.serializer_class(visible, context=self.get_serializer_context())  # type: ignore[misc]
        return Response(serializer.data, status=status_code)

    def created(self, instance: Any) -> Response:
        """The answer to a create: 201 and the object."""
        return self.answer(instance, status_code=status.HTTP_201_CREATED)


class RetrieveMixin(mixins.RetrieveModelMixin):
    """GET of one visible object."""


class ListMixin(mixins.ListModelMixin):
    """GET of a keyset page of visible objects."""


def transition(
    name: str,
    perform: Callable[..., Any],
    *,
    serializer: type[BaseSerializer[Any]] = EmptySerializer,
    output: type[BaseSerializer[Any]] | None = None,
) -> Any:
    """A view-set method POST /<id>/<name>/ that hands its input to an action of ours.

    `perform(obj, *, actor, **input)` is the same action that the pages call; it checks permission itself. Use:
    `close = transition("close", close_case, serializer=ReasonSerializer)`. The attribute has the same name; a name that
    Python keeps for itself gets an underscore behind (`return_ = transition("return_", ...)` is POST /<id>/return/).
    """
    path = name.rstrip("_").replace("_", "-")

    def method(self: CaseworkViewSet, request: Request, **kwargs: Any) -> Response:
        instance = self.get_object()
        given = serializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        result = perform(instance, actor=request.user, **given.validated_data)
        return self.answer(result if isinstance(result, type(instance)) else instance)

    method.__name__ = name
    method.__doc__ = (perform.__doc__ or "").strip().split("\n")[0]
    description: dict[str, Any] = {"request": serializer} | ({"responses": output} if output else {})
    described = extend_schema(**description)(method)
    offered: Any = action(detail=True, methods=["post"], url_path=path, url_name=path, filterset_class=None)(described)
    offered.transition_name = name.rstrip("_")
    return offered
