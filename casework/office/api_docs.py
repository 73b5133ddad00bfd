"""The OpenAPI schema as a list that a page can print. It depends on the code alone, never on data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True)
class ApiField:
    """A parameter or a field of a body: its name, type in words, whether it must be given, what it means."""

    name: str
    kind: str
    required: bool
    note: str


@dataclass(frozen=True)
class ApiOperation:
    """One verb at one address."""

    method: str
    path: str
    summary: str
    parameters: tuple[ApiField, ...]
    takes: tuple[ApiField, ...]
    answers: tuple[ApiField, ...]
    statuses: tuple[str, ...]


@dataclass
class ApiGroup:
    """The operations of one room."""

    name: str
    operations: list[ApiOperation] = field(default_factory=list)


def describe() -> list[ApiGroup]:
    """All operations, grouped by the first part of their address."""
    schema: dict[str, Any] = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)
    groups: dict[str, ApiGroup] = {}
    for path, verbs in schema["paths"].items():
        name = path.removeprefix("/api/v1/").split("/")[0]
        group = groups.setdefault(name, ApiGroup(name))
        for method in METHODS:
            if method in verbs:
                group.operations.append(_operation(schema, path, method, verbs[method]))
    return [groups[name] for name in sorted(groups)]


def _operation(schema: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> ApiOperation:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = told.get("responses", {})
    good: dict[str, Any] = next((answer for status, answer in answers.items() if status.startswith("2")), {})
    answer = good.get("content", {}).get("application/json", {}).get("schema", {})
    return ApiOperation(
        method=method.upper(),
        path=path,
        summary=" ".join(str(told.get("description", "")).split()),
        parameters=tuple(
            ApiField(
                one["name"], _kind(one.get("schema", {})), bool(one.get("required")), str(one.get("description", ""))
            )
            for one in told.get("parameters", ())
        ),
        takes=tuple(_fields(schema, body)),
        answers=tuple(_fields(schema, answer)),
        statuses=tuple(answers),
    )


def _resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what its reference names; a page of a list stands for its rows."""
    reference = part.get("$ref", "")
    if reference:
        part = schema["components"]["schemas"].get(reference.rpartition("/")[2], {})
    rows = part.get("properties", {}).get("results")
    if rows:
        return _resolve(schema, rows.get("items", {}))
    if part.get("type") == "array":
        return _resolve(schema, part.get("items", {}))
    return part


def _fields(schema: dict[str, Any], part: dict[str, Any]) -> Iterable[ApiField]:
    part = _resolve(schema, part)
    required = set(part.get("required", ()))
    for name, told in part.get("properties", {}).items():
        yield ApiField(
            name, _kind(told), name in required, str(told.get("title") or told.get("description", "")).split("\n")[0]
        )


def _kind(told: dict[str, Any]) -> str:
    if "enum" in told:
        return " | ".join(str(value) for value in told["enum"] if value not in ("", None))
    if "$ref" in told or "allOf" in told:
        reference = told.get("$ref") or told["allOf"][0].get("$ref", "")
        return str(reference.rpartition("/")[2])
    if told.get("type") == "array":
        return f"[{_kind(told.get('items', {}))}]"
    kind = told.get("type", "")
    kind = "/".join(kind) if isinstance(kind, list) else kind
    return f"{kind} ({told['format']})" if told.get("format") else str(kind)
