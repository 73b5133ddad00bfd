"""The demonstration's words: invented persons, units, posts, letters and findings, at real settlements.

Calm and factual throughout; nobody named here exists and nobody said what is quoted.
"""

from casework.office.demo.texts.cases import (
    ACCESS_REASONS,
    CLOSE_REASONS,
    NOTES,
    QUALIFICATIONS,
    RETURN_NOTES,
    REVEAL_REASONS,
    TASKS,
    case_summary,
    case_title,
    finding_reasons,
    number_word,
    other_side_summary,
)
from casework.office.demo.texts.letters import (
    OUTCOME_NOTES,
    PURPOSES_EXPLAINED,
    acknowledgement,
    covering_note,
    reminder,
    reply,
)
from casework.office.demo.texts.people import DISTINCT_PERSONS, RANKS, UNITS, DemoPerson, DemoUnit, person
from casework.office.demo.texts.places import PLACES, UNCERTAINTY_METRES, DemoPlace
from casework.office.demo.texts.posts import (
    CHANNELS,
    STATEMENTS,
    DemoChannel,
    DemoPost,
    DemoStatement,
    post,
)
from casework.office.demo.texts.reports import (
    ADDRESSEES,
    CLASSIFICATIONS,
    SUBJECTS,
    evidence_description,
    evidence_title,
    report_paragraphs,
)

__all__ = [
    "ACCESS_REASONS",
    "ADDRESSEES",
    "CHANNELS",
    "CLASSIFICATIONS",
    "CLOSE_REASONS",
    "DISTINCT_PERSONS",
    "NOTES",
    "OUTCOME_NOTES",
    "PLACES",
    "PURPOSES_EXPLAINED",
    "QUALIFICATIONS",
    "RANKS",
    "RETURN_NOTES",
    "REVEAL_REASONS",
    "STATEMENTS",
    "SUBJECTS",
    "TASKS",
    "UNCERTAINTY_METRES",
    "UNITS",
    "DemoChannel",
    "DemoPerson",
    "DemoPlace",
    "DemoPost",
    "DemoStatement",
    "DemoUnit",
    "acknowledgement",
    "case_summary",
    "case_title",
    "covering_note",
    "evidence_description",
    "evidence_title",
    "finding_reasons",
    "number_word",
    "other_side_summary",
    "person",
    "post",
    "reminder",
    "reply",
    "report_paragraphs",
]
