"""Filling an office by SQL: cases, victims, evidence, findings in force, at any size, within seconds."""

from __future__ import annotations

from django.db import connection

WORDS = "ARRAY['shooting','captured','trench','village','road','treeline','recording','special','report','column']"
TABLES = (
    "cases_case", "cases_victim", "evidence_item", "evidence_evidencelink", "findings_finding", "findings_victimcount",
)  # fmt: skip

CASES = f"""
INSERT INTO cases_case (id, reference, title, summary, occurred_earliest, occurred_latest, country, region_id, raion,
    settlement, place_note, victims_party_id, responsible_party_id, learned_from, priority, team_id, sensitive, state,
    created_by_id, created_at, updated_at)
SELECT gen_random_uuid(), 'B-' || lpad(n::text, 7, '0'),
    ({WORDS})[1 + n %% 10] || ' of captured soldiers ' || ({WORDS})[1 + (n / 10) %% 10] || ' ' || n
        || CASE WHEN n %% 5000 = 0 THEN ' rareword' ELSE '' END,
    'What the recording shows, in words.', date '2022-03-01' + n %% 1300, date '2022-03-01' + n %% 1300 + n %% 3,
    'UA', (ARRAY['UA-14','UA-23','UA-63','UA-65','UA-09'])[1 + n %% 5], 'Raion', 'Settlement ' || n %% 400, '',
    'UA', 'RU', 'special_service', 'normal', %(team)s, false, 'open', %(user)s,
    timestamptz '2022-03-02' + n * interval '2 minutes', timestamptz '2022-03-02' + n * interval '2 minutes'
FROM generate_series(%(begin)s, %(end)s) AS n
"""
ITEMS = """
INSERT INTO evidence_item (id, reference, team_id, kind, title, description, language, collected_at, collected_by,
    how_obtained, credibility, graphic, graphic_standing, caveat, caveat_recipients, registered_by_id,
    registered_at, updated_at)
SELECT gen_random_uuid(), 'BE-' || substr(c.reference, 3) || '-' || k, c.team_id,
    (ARRAY['video','unit_report','post'])[k], 'Recording ' || k || ' of ' || c.reference,
    'The treeline and the road are seen.', '', c.created_at, '', '', 3, 2, 'one', 'any_recipient', '{}', %(user)s,
    c.created_at, c.created_at
FROM cases_case c, generate_series(1, 3) AS k
WHERE c.reference BETWEEN 'B-' || lpad(%(begin)s::text, 7, '0') AND 'B-' || lpad(%(end)s::text, 7, '0')
"""
LINKS = """
INSERT INTO evidence_evidencelink (id, item_id, case_id, establishes, bearing, note, linked_by_id, linked_at)
SELECT gen_random_uuid(), i.id, c.id, '{act}', 'supports', '', %(user)s, c.created_at
FROM cases_case c JOIN evidence_item i ON i.reference IN
    ('BE-' || substr(c.reference, 3) || '-1', 'BE-' || substr(c.reference, 3) || '-2',
     'BE-' || substr(c.reference, 3) || '-3')
WHERE c.reference BETWEEN 'B-' || lpad(%(begin)s::text, 7, '0') AND 'B-' || lpad(%(end)s::text, 7, '0')
"""
FINDINGS = """
INSERT INTO findings_finding (id, reference, case_id, state, conclusion, standard, victims_party_id,
    responsible_party_id,
    occurred_earliest, occurred_latest, country, region_id, qualifications, reasons, proposed_by_id, proposed_at,
    returned_code, returned_note, approved_by_id, decided_on, in_force, late_verification, updated_at)
SELECT gen_random_uuid(), 'BF-' || substr(c.reference, 3), c.id, 'approved', 'confirmed', 2, 'UA', 'RU',
    c.occurred_earliest, c.occurred_latest, c.country, c.region_id, '{8-2-a-i}', 'Reasons.', %(user)s, c.created_at,
    '', '', %(reviewer)s, c.occurred_latest + 30, daterange(c.occurred_latest + 30, NULL), false, c.created_at
FROM cases_case c
WHERE c.reference BETWEEN 'B-' || lpad(%(begin)s::text, 7, '0') AND 'B-' || lpad(%(end)s::text, 7, '0')
"""
COUNTS = """
INSERT INTO findings_victimcount (finding_id, status, at_least, at_most)
SELECT f.id, 'captured', 1 + (('x' || substr(md5(f.reference), 1, 4))::bit(16)::int %% 5), 6
FROM findings_finding f
WHERE f.reference BETWEEN 'BF-' || lpad(%(begin)s::text, 7, '0') AND 'BF-' || lpad(%(end)s::text, 7, '0')
"""


def grow(begin: int, end: int, *, team: object, user: object, reviewer: object) -> None:
    """Add cases numbered `begin` to `end`, each with three items and a finding in force.

    The guards of findings are off while their rows are laid down; row history is not written; search triggers run.
    """
    values = {"begin": begin, "end": end, "team": team, "user": user, "reviewer": reviewer}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT tgname FROM pg_trigger"
                " WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname !~ 'search'",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
        for statement in (CASES, ITEMS, LINKS, FINDINGS, COUNTS):
            cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")
