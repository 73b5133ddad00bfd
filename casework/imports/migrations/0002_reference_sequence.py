"""The sequence that references of this room are numbered from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE import_reference", "DROP SEQUENCE import_reference")]
