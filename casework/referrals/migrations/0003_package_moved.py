"""A trigger that writes down every frozen package that no head of the chains has seen yet, whoever runs the SQL.

A head that saw a package proves later that it was frozen before the head was made, and was this one.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION referrals_package_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO integrity_moved (kind, key, position, hash)
    VALUES ('package', NEW.id, NEW.version, decode(NEW.sha256, 'hex'));
    RETURN NULL;
END $$;

CREATE TRIGGER referrals_package_moved AFTER INSERT ON referrals_package
    FOR EACH ROW EXECUTE FUNCTION referrals_package_moved();

INSERT INTO integrity_moved (kind, key, position, hash)
SELECT 'package', id, version, decode(sha256, 'hex') FROM referrals_package;
"""
BACKWARD = """
DROP TRIGGER referrals_package_moved ON referrals_package;
DROP FUNCTION referrals_package_moved();
"""


class Migration(migrations.Migration):

    dependencies = [("referrals", "0002_reference_sequence"), ("integrity", "0002_moved_triggers")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
