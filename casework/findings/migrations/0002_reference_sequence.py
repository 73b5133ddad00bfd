"""The sequence that references of this room are numbered from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE finding_reference", "DROP SEQUENCE finding_reference")]
