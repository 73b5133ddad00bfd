"""What was said at registration becomes the first judgement of each item; earlier interviews become rows."""

from django.db import migrations

FIRST = """
INSERT INTO evidence_graphicmark (id, level, note, at, by_id, item_id)
    SELECT gen_random_uuid(), graphic, '', registered_at, registered_by_id, id FROM evidence_item;
INSERT INTO evidence_credibilityrating (id, credibility, reason, at, by_id, item_id)
    SELECT gen_random_uuid(), credibility, '', registered_at, registered_by_id, id FROM evidence_item;
INSERT INTO evidence_earlierinterview (id, by_whom, note, recorded_at, recorded_by_id, item_id)
    SELECT gen_random_uuid(), left(earlier_interviews, 160), substr(earlier_interviews, 161), registered_at,
           registered_by_id, item_id
    FROM evidence_testimony JOIN evidence_item ON evidence_item.id = item_id WHERE earlier_interviews <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0006_judgements")]
    operations = [
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="testimony", name="earlier_interviews"),
        migrations.RemoveField(model_name="testimonyevent", name="earlier_interviews"),
    ]
