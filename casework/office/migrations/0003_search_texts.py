"""The words of files are found with the items that hold them; those of testimonies have no words here, for they may tell
who the witness is.

A file may be added while its words are being written, in two transactions that do not see each other. Whoever adds it
holds the row of its words (casework.evidence.queue.queue_texts), so that the later of the two sees both.
"""

from django.db import migrations

ITEM = r"""
CREATE OR REPLACE FUNCTION office_search_item(i evidence_item) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    told_by text; told text; words text;
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
    IF i.kind <> 'testimony' THEN
        SELECT left(string_agg(t.text, E'\n' ORDER BY f.added_at, f.id), 120000) INTO words
            FROM evidence_evidencefile f JOIN evidence_filetext t ON t.blob_id = f.blob_id
            WHERE f.item_id = i.id AND t.state = 'read';
    END IF;
    PERFORM office_search_put(
        'item', i.id, NULL, i.id, NULL, i.title, told_by,
        concat_ws(E'\n', nullif(i.description, ''), nullif(told, ''), nullif(words, '')),
        ARRAY[i.team_id], i.updated_at
    );
END $$;
"""

TRIGGERS = """
CREATE FUNCTION office_search_text_written() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    PERFORM office_search_item(i) FROM evidence_item i
        WHERE i.id IN (SELECT item_id FROM evidence_evidencefile WHERE blob_id = NEW.blob_id);
    RETURN NULL;
END $$;
CREATE FUNCTION office_search_file_added() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF EXISTS (SELECT FROM evidence_filetext WHERE blob_id = NEW.blob_id AND state = 'read') THEN
        PERFORM office_search_item(i) FROM evidence_item i WHERE i.id = NEW.item_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER office_search_text AFTER INSERT OR UPDATE OF state, text ON evidence_filetext
    FOR EACH ROW WHEN (NEW.state = 'read') EXECUTE FUNCTION office_search_text_written();
CREATE TRIGGER office_search_file AFTER INSERT ON evidence_evidencefile
    FOR EACH ROW EXECUTE FUNCTION office_search_file_added();
"""

UNDO = """
DROP TRIGGER office_search_text ON evidence_filetext;
DROP TRIGGER office_search_file ON evidence_evidencefile;
DROP FUNCTION office_search_text_written();
DROP FUNCTION office_search_file_added();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0002_search_triggers"), ("evidence", "0011_texts")]
    operations = [
        migrations.RunSQL(ITEM, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
