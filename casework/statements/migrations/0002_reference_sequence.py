"""The sequence that references of this room are numbered from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE statement_reference", "DROP SEQUENCE statement_reference")]
