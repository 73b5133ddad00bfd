"""Triggers that write down every link of custody that no head has seen yet, whoever runs the SQL.

They live here because the room below may not know of heads. What is there already is written down once, so that the
first head sees it.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION integrity_custody_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO integrity_moved (kind, key, position, hash) VALUES ('custody', NEW.item_id, NEW.position, NEW.hash);
    RETURN NULL;
END $$;

CREATE TRIGGER integrity_custody_moved AFTER INSERT ON evidence_custodyevent
    FOR EACH ROW EXECUTE FUNCTION integrity_custody_moved();

INSERT INTO integrity_moved (kind, key, position, hash)
SELECT DISTINCT ON (item_id) 'custody', item_id, position, hash
FROM evidence_custodyevent ORDER BY item_id, position DESC;
"""
BACKWARD = """
DROP TRIGGER integrity_custody_moved ON evidence_custodyevent;
DROP FUNCTION integrity_custody_moved();
"""


class Migration(migrations.Migration):

    dependencies = [("integrity", "0001_heads"), ("evidence", "0002_reference_sequence")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
