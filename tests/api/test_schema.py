"""The OpenAPI document: whole, valid and without a name that a generator had to guess."""

from __future__ import annotations

import pytest
import yaml
from django.core.management import call_command

GUESSED = ("Kind0", "Kind3", "Kind6", "KindC", "KindD", "Status0")


@pytest.fixture(scope="module")
def schema(tmp_path_factory, django_db_blocker):
    path = tmp_path_factory.mktemp("schema") / "schema.yml"
    with django_db_blocker.block():
        call_command("spectacular", validate=True, fail_on_warn=True, file=str(path))
    return yaml.safe_load(path.read_text())


def test_it_is_valid_and_generated_without_a_warning(schema):
    assert schema["openapi"].startswith("3.")
    assert len(schema["paths"]) > 40


def test_it_names_each_set_of_choices_once_and_in_words(schema):
    choices = {name: part["enum"] for name, part in schema["components"]["schemas"].items() if "enum" in part}
    assert not [name for name in choices if name.startswith(GUESSED)]
    assert {"VictimKindEnum", "EvidenceKindEnum", "StatementKindEnum", "StatusAtDeathEnum"} <= set(choices)
    sets = [tuple(map(str, values)) for values in choices.values()]
    assert len(sets) == len(set(sets))
