"""Python values as Python prints them, read from their syntax tree and never run."""

from __future__ import annotations

import ast
import datetime
from typing import Any

LONGEST = 2 << 20
DEEPEST = 40


class NotLiteral(ValueError):
    """The text is no printed value, or one that nobody needs to read."""


def read_literal(text: str) -> Any:
    """Numbers, texts, lists, dictionaries, and times as `datetime.datetime(2024, 10, 5, tzinfo=datetime.timezone.utc)`.

    Raises NotLiteral for everything else, and for what is too long or nested too deep to be parsed safely.
    """
    depth = deepest = 0
    for sign in text if len(text) <= LONGEST else "":
        depth += (sign in "[{(") - (sign in "]})")
        deepest = max(deepest, depth)
    if len(text) > LONGEST or deepest > DEEPEST:
        raise NotLiteral
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError, OverflowError) as error:
        raise NotLiteral from error


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | bool | None):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(each) for each in node.elts]
    if isinstance(node, ast.Dict):
        if any(key is None for key in node.keys):
            raise NotLiteral
        return {str(_value(key)): _value(value) for key, value in zip(node.keys, node.values, strict=True) if key}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value  # type: ignore[operator]
    if isinstance(node, ast.Call):
        return _time(node)
    raise NotLiteral


def _time(node: ast.Call) -> datetime.datetime:
    """A time as it is printed; one with a zone other than UTC is not what the archiver writes."""
    if ast.unparse(node.func) != "datetime.datetime":
        raise NotLiteral
    zones = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    if set(zones) - {"tzinfo"} or zones.get("tzinfo", "tzutc()") not in (
        "datetime.timezone.utc",
        "tzutc()",
    ):
        raise NotLiteral
    numbers = [_value(argument) for argument in node.args]
    if not all(type(number) is int for number in numbers):
        raise NotLiteral
    return datetime.datetime(*numbers).replace(tzinfo=datetime.UTC)
