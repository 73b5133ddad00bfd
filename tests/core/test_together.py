"""Operations of a migration done together leave what they leave one by one, and take it back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from casework.core.together import Together

pytestmark = pytest.mark.django_db


def table(name: str, *more: tuple[str, models.Field]) -> Operation:
    return migrations.CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *more])


def operations() -> list[Operation]:
    # The first points at the second, which is made after it.
    return [table("Leaf", ("tree", models.ForeignKey("core.Tree", models.PROTECT))), table("Tree")]


def after(ways: Sequence[Operation]) -> ProjectState:
    state = ProjectState()
    for operation in ways:
        operation.state_forwards("core", state)
    return state


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name in {"core_leaf", "core_tree"}}


def test_it_leaves_the_same_state():
    assert after([Together(operations())]) == after(operations())


def test_models_rendered_before_are_not_used_after():
    state = ProjectState()
    assert not state.apps.get_models()
    Together(operations()).state_forwards("core", state)
    assert {model.__name__ for model in state.apps.get_models()} == {"Leaf", "Tree"}


def test_it_makes_the_tables_and_takes_them_back():
    together, before, made = Together(operations()), ProjectState(), after(operations())
    with connection.schema_editor() as editor:
        together.database_forwards("core", editor, before, made)
    assert tables() == {"core_leaf", "core_tree"}
    assert connection.introspection.get_relations(connection.cursor(), "core_leaf") == {"tree_id": ("id", "core_tree")}
    with connection.schema_editor() as editor:
        together.database_backwards("core", editor, made, before)
    assert tables() == set()


def test_it_can_be_taken_back_only_when_all_can():
    assert Together(operations()).reversible
    assert not Together([*operations(), migrations.RunSQL("SELECT 1")]).reversible
