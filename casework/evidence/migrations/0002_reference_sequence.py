"""The sequence that references of this room are numbered from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE item_reference", "DROP SEQUENCE item_reference")]
