"""The sequence that references of this room are numbered from."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE referral_reference", "DROP SEQUENCE referral_reference")]
