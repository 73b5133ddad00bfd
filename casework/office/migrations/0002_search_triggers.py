"""Triggers that keep the search table in step with the records of the rooms below, whoever runs the SQL.

They live here because the rooms below may not know of search. Words are normalised (NFKC) and neither stemmed nor freed
of stop words: texts come in Ukrainian, Russian and English, and PostgreSQL knows no Ukrainian.

What a search asks of every match stands beside the words: `teams` and `changed_at` of office/models.py. Two
writers may touch one item at once, each not seeing what the other has not yet committed: one links it to a case while
another makes that case sensitive. Whoever links, or names a person, takes the case's row first, and whoever computes an item's teams takes
its search row first and reads in a statement of its own, so that the later of the two sees both.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION office_search_words(words text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
$$ BEGIN RETURN to_tsvector('simple', normalize(left(coalesce(words, ''), 120000), NFKC)); END $$;

CREATE FUNCTION office_search_put(
    a_kind text, an_object uuid, a_case uuid, an_item uuid, a_statement uuid, first text, second text, third text,
    its_teams uuid[], changed timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO office_searchdocument
        (kind, object_id, case_id, item_id, statement_id, teams, changed_at, text, vector)
    VALUES (
        a_kind, an_object, a_case, an_item, a_statement, its_teams, changed,
        concat_ws(E'\n', nullif(first, ''), nullif(second, ''), nullif(third, '')),
        setweight(office_search_words(first), 'A') || setweight(office_search_words(second), 'B')
            || setweight(office_search_words(third), 'C')
    )
    ON CONFLICT (kind, object_id) DO UPDATE
        SET case_id = excluded.case_id, changed_at = excluded.changed_at, text = excluded.text, vector = excluded.vector,
            teams = CASE a_kind WHEN 'item' THEN office_searchdocument.teams ELSE excluded.teams END;
END $$;

CREATE FUNCTION office_search_see_item(an_item uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM office_searchdocument WHERE kind = 'item' AND object_id = an_item FOR NO KEY UPDATE;
    UPDATE office_searchdocument d SET teams = seen.teams
    FROM (
        SELECT CASE WHEN count(c.id) = 0 THEN ARRAY[i.team_id]
                ELSE coalesce(array_agg(DISTINCT c.team_id) FILTER (WHERE NOT c.sensitive), '{}') END AS teams
        FROM evidence_item i
        LEFT JOIN evidence_evidencelink l ON l.item_id = i.id AND l.removed_at IS NULL
        LEFT JOIN cases_case c ON c.id = l.case_id
        WHERE i.id = an_item GROUP BY i.id
    ) seen
    WHERE d.kind = 'item' AND d.object_id = an_item AND d.teams <> seen.teams;
END $$;

CREATE FUNCTION office_search_case_teams(c cases_case) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN c.sensitive THEN '{}' ELSE ARRAY[c.team_id] END $$;

CREATE FUNCTION office_search_case(c cases_case) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    region_names text;
BEGIN
    IF c.region_id IS NOT NULL THEN
        SELECT concat_ws(', ', name, nullif(local_name, '')) INTO region_names FROM cases_region WHERE code = c.region_id;
    END IF;
    PERFORM office_search_put(
        'case', c.id, c.id, NULL, NULL, c.title,
        concat_ws(', ', nullif(c.settlement, ''), nullif(c.raion, ''), region_names, nullif(c.place_note, '')), c.summary,
        office_search_case_teams(c), c.updated_at
    );
END $$;

CREATE FUNCTION office_search_item(i evidence_item) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    told_by text;
    told text;
BEGIN
    IF i.kind = 'post' THEN
        SELECT concat_ws(', ', nullif(handle, ''), nullif(display_name, ''), nullif(affiliation, '')),
            concat_ws(E'\n', nullif(text, ''), nullif(translation, ''))
            INTO told_by, told FROM evidence_post WHERE item_id = i.id;
    ELSIF i.kind = 'unit_report' THEN
        SELECT concat_ws(', ', nullif(unit, ''), nullif(number, '')) INTO told_by FROM evidence_unitreport WHERE item_id = i.id;
    ELSIF i.kind = 'testimony' THEN
        SELECT pseudonym INTO told_by FROM evidence_testimony WHERE item_id = i.id;
    END IF;
    PERFORM office_search_put(
        'item', i.id, NULL, i.id, NULL, i.title, told_by, concat_ws(E'\n', nullif(i.description, ''), nullif(told, '')),
        ARRAY[i.team_id], i.updated_at
    );
END $$;

CREATE FUNCTION office_search_statement(s statements_statement) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM office_search_put(
        'statement', s.id, NULL, NULL, s.id, s.speaker, concat_ws(', ', nullif(s.office, ''), nullif(s.medium, '')),
        concat_ws(E'\n', nullif(s.text, ''), nullif(s.translation, '')), ARRAY[s.team_id], s.updated_at
    );
END $$;

CREATE FUNCTION office_search_person(a_kind text, a_person uuid, a_case uuid, a_key text, removed boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    its_case cases_case;
BEGIN
    IF removed OR coalesce(a_key, '') = '' THEN
        DELETE FROM office_searchdocument WHERE kind = a_kind AND object_id = a_person;
    ELSE
        SELECT * INTO its_case FROM cases_case WHERE id = a_case FOR NO KEY UPDATE;
        PERFORM office_search_put(
            a_kind, a_person, a_case, NULL, NULL, a_key, NULL, NULL, office_search_case_teams(its_case), NULL
        );
    END IF;
END $$;

CREATE FUNCTION office_search_case_written() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM office_search_case(NEW); RETURN NULL; END $$;
CREATE FUNCTION office_search_item_written() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM office_search_item(NEW); RETURN NULL; END $$;
CREATE FUNCTION office_search_item_part_written() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM office_search_item(i) FROM evidence_item i WHERE i.id = NEW.item_id; RETURN NULL; END $$;
CREATE FUNCTION office_search_statement_written() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM office_search_statement(NEW); RETURN NULL; END $$;
CREATE FUNCTION office_search_person_written() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    PERFORM office_search_person(TG_ARGV[0], NEW.id, NEW.case_id, NEW.name_key, NEW.removed_at IS NOT NULL);
    RETURN NULL;
END $$;
CREATE FUNCTION office_search_removed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN DELETE FROM office_searchdocument WHERE kind = TG_ARGV[0] AND object_id = OLD.id; RETURN NULL; END $$;

CREATE FUNCTION office_search_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    UPDATE office_searchdocument SET changed_at = NEW.updated_at
        WHERE kind = TG_ARGV[0] AND object_id = NEW.id AND changed_at IS DISTINCT FROM NEW.updated_at;
    RETURN NULL;
END $$;
CREATE FUNCTION office_search_case_seen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    UPDATE office_searchdocument SET teams = office_search_case_teams(NEW) WHERE case_id = NEW.id;
    PERFORM office_search_see_item(linked.item_id) FROM (
        SELECT item_id FROM evidence_evidencelink WHERE case_id = NEW.id AND removed_at IS NULL ORDER BY item_id
    ) linked;
    RETURN NULL;
END $$;
CREATE FUNCTION office_search_item_seen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM office_search_see_item(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION office_search_statement_seen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    UPDATE office_searchdocument SET teams = ARRAY[NEW.team_id] WHERE kind = 'statement' AND object_id = NEW.id;
    RETURN NULL;
END $$;
CREATE FUNCTION office_search_link_seen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM 1 FROM cases_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
        PERFORM office_search_see_item(NEW.item_id);
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.item_id IS DISTINCT FROM NEW.item_id) THEN
        PERFORM office_search_see_item(OLD.item_id);
    END IF;
    RETURN NULL;
END $$;
"""

# table, what is called, its argument, columns whose change matters
WRITTEN = (
    ("cases_case", "case", "", "title, settlement, raion, region_id, place_note, summary"),
    ("evidence_item", "item", "", "title, description"),
    ("evidence_post", "item_part", "", "handle, display_name, affiliation, text, translation"),
    ("evidence_unitreport", "item_part", "", "unit, number"),
    ("evidence_testimony", "item_part", "", "pseudonym"),
    ("statements_statement", "statement", "", "speaker, office, medium, text, translation"),
    ("cases_victim", "person", "'victim'", "name_key, removed_at, case_id"),
    ("cases_perpetrator", "person", "'perpetrator'", "name_key, removed_at, case_id"),
)
REMOVED = (
    ("cases_case", "case"),
    ("evidence_item", "item"),
    ("statements_statement", "statement"),
    ("cases_victim", "victim"),
    ("cases_perpetrator", "perpetrator"),
)
# table, what is called, on which change
SEEN = (
    ("cases_case", "case", "UPDATE OF team_id, sensitive"),
    ("evidence_item", "item", "UPDATE OF team_id"),
    ("statements_statement", "statement", "UPDATE OF team_id"),
    ("evidence_evidencelink", "link", "INSERT OR UPDATE OF item_id, case_id, removed_at OR DELETE"),
)
UNCHANGED = {
    "case": "WHEN ((OLD.team_id, OLD.sensitive) IS DISTINCT FROM (NEW.team_id, NEW.sensitive))",
    "item": "WHEN (OLD.team_id IS DISTINCT FROM NEW.team_id)",
    "statement": "WHEN (OLD.team_id IS DISTINCT FROM NEW.team_id)",
}
CHANGED = REMOVED[:3]
# An update that leaves the words as they are finds room beside the old row, and no index is written.
STORAGE = "ALTER TABLE office_searchdocument SET (fillfactor = 85);"
BACKFILL = """
SELECT office_search_case(c) FROM cases_case c;
SELECT office_search_item(i), office_search_see_item(i.id) FROM evidence_item i;
SELECT office_search_statement(s) FROM statements_statement s;
SELECT office_search_person('victim', id, case_id, name_key, removed_at IS NOT NULL) FROM cases_victim;
SELECT office_search_person('perpetrator', id, case_id, name_key, removed_at IS NOT NULL) FROM cases_perpetrator;
"""


def triggers() -> str:
    made = [
        f"CREATE TRIGGER office_search_written AFTER INSERT OR UPDATE OF {columns} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION office_search_{function}_written({argument});"
        for table, function, argument, columns in WRITTEN
    ]
    made += [
        f"CREATE TRIGGER office_search_removed AFTER DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION office_search_removed('{kind}');"
        for table, kind in REMOVED
    ]
    made += [
        f"CREATE TRIGGER office_search_changed AFTER UPDATE OF updated_at ON {table} FOR EACH ROW "
        f"WHEN (OLD.updated_at IS DISTINCT FROM NEW.updated_at) EXECUTE FUNCTION office_search_changed('{kind}');"
        for table, kind in CHANGED
    ]
    made += [
        f"CREATE TRIGGER office_search_seen AFTER {change} ON {table} "
        f"FOR EACH ROW {UNCHANGED.get(kind, '')} EXECUTE FUNCTION office_search_{kind}_seen();"
        for table, kind, change in SEEN
    ]
    return "\n".join(made)


def undo() -> str:
    drops = [f"DROP TRIGGER office_search_written ON {table};" for table, *_ in WRITTEN]
    drops += [f"DROP TRIGGER office_search_removed ON {table};" for table, _ in REMOVED]
    drops += [f"DROP TRIGGER office_search_changed ON {table};" for table, _ in CHANGED]
    drops += [f"DROP TRIGGER office_search_seen ON {table};" for table, *_ in SEEN]
    functions = [
        "office_search_link_seen()", "office_search_statement_seen()", "office_search_item_seen()",
        "office_search_case_seen()", "office_search_changed()", "office_search_see_item(uuid)",
        "office_search_removed()", "office_search_person_written()", "office_search_statement_written()",
        "office_search_item_part_written()", "office_search_item_written()", "office_search_case_written()",
        "office_search_person(text, uuid, uuid, text, boolean)", "office_search_statement(statements_statement)",
        "office_search_item(evidence_item)", "office_search_case(cases_case)",
        "office_search_case_teams(cases_case)",
        "office_search_put(text, uuid, uuid, uuid, uuid, text, text, text, uuid[], timestamptz)",
        "office_search_words(text)",
    ]  # fmt: skip
    return "\n".join([*drops, *(f"DROP FUNCTION {function};" for function in functions)])


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0001_initial"),
        ("cases", "0001_initial"),
        ("evidence", "0001_initial"),
        ("statements", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(triggers(), undo()),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
