"""The sequence that references of this room are numbered from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE case_reference", "DROP SEQUENCE case_reference")]
