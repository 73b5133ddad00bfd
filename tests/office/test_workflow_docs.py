"""docs/workflows.md is made from the workflow tables, so that it can say nothing else than the code does.

After a change to a table, write it anew with

    CASEWORK_WRITE_DOCS=1 uv run pytest tests/office/test_workflow_docs.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from casework.cases.workflow import CASE_WORKFLOW, TASK_WORKFLOW
from casework.core.workflow import Transition, Workflow
from casework.evidence.workflow import UPLOAD_WORKFLOW
from casework.findings.workflow import FINDING_WORKFLOW
from casework.imports.workflow import IMPORT_WORKFLOW
from casework.referrals.workflow import REFERRAL_WORKFLOW

PAGE = Path(settings.BASE_DIR) / "docs" / "workflows.md"
WORKFLOWS = (CASE_WORKFLOW, TASK_WORKFLOW, UPLOAD_WORKFLOW, FINDING_WORKFLOW, REFERRAL_WORKFLOW, IMPORT_WORKFLOW)
INTRODUCTION = """\
# Workflows

Made from the workflow tables of the code by `tests/office/test_workflow_docs.py`, which fails when this page says
anything else and says how to write it anew. The same tables make the buttons and decide what the API refuses; triggers
of the database hold the states of findings and referrals a second time, against SQL that goes past the code. Rules
beyond the state, such as who may approve what, are in [guide.md](guide.md) and [threat-model.md](threat-model.md).

In the tables, *reason* means that the act asks why, and *proof* that it asks for a fresh proof of identity; such an
act cannot be done with an API token. *Rule* is the test of who may do it, in the room's `access.py`.
"""


def ordered_sources(workflow: Workflow, transition: Transition) -> list[str]:
    """In the order in which the states are declared, because sets have none."""
    return [state for state in workflow.states.values if state in transition.sources]


def reached(workflow: Workflow) -> list[str]:
    """The states that a record can come to be in."""
    targets = {workflow.initial, *(transition.target for transition in workflow.transitions)}
    return [state for state in workflow.states.values if state in targets]


def unreached(workflow: Workflow) -> list[str]:
    """A line on states that the database knows and no act leads to; nothing when there are none."""
    found = reached(workflow)
    names = [str(label) for value, label in workflow.states.choices if value not in found]
    return ["", f"No act leads to: {', '.join(names)}."] if names else []


def diagram(workflow: Workflow) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    names = dict(workflow.states.choices)
    lines += [f'    state "{names[state]}" as {state}' for state in reached(workflow)]
    lines.append(f"    [*] --> {workflow.initial}")
    for transition in workflow.transitions:
        # A colon begins a label and may not be repeated inside it.
        label = str(transition.label).replace(":", ",")
        lines += [f"    {source} --> {transition.target} : {label}" for source in ordered_sources(workflow, transition)]
    left = {source for transition in workflow.transitions for source in transition.sources}
    ends = [state for state in reached(workflow) if state not in left]
    lines += [f"    {state} --> [*]" for state in ends]
    return [*lines, "```"]


def table(workflow: Workflow) -> list[str]:
    lines = ["| Act | From | To | Asks for | Rule | In the audit |", "|---|---|---|---|---|---|"]
    for transition in workflow.transitions:
        labels = dict(workflow.states.choices)
        sources = ", ".join(str(labels[state]) for state in ordered_sources(workflow, transition))
        asks = [word for word, asked in (("reason", transition.needs_reason), ("proof", transition.step_up)) if asked]
        cells = (
            str(transition.label),
            sources,
            str(labels[transition.target]),
            ", ".join(asks) or "nothing",
            f"`{transition.allowed.__name__}`",
            f"`{transition.event.value}`",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def rendered() -> str:
    with translation.override("en"):
        parts = [INTRODUCTION]
        for workflow in WORKFLOWS:
            title = f"## {workflow.name.capitalize()}"
            parts.append("\n".join(["", title, "", *diagram(workflow), "", *table(workflow), *unreached(workflow), ""]))
    return "".join(parts)


def test_it_says_what_the_tables_say() -> None:
    if os.environ.get("CASEWORK_WRITE_DOCS"):
        PAGE.write_text(rendered(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == rendered()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_it_draws_every_way_once(workflow: Workflow) -> None:
    ways = [line for line in diagram(workflow) if " : " in line]
    assert len(ways) == len(set(ways)) == sum(len(transition.sources) for transition in workflow.transitions)
    assert all(line.count(":") == 1 for line in ways)
