from django.db import migrations, models

# A partitioned table: the column is added by SQL, and reaches every partition.
ADD_COMPARED = "ALTER TABLE tracing_scan ADD COLUMN compared boolean NOT NULL DEFAULT false"
# The same person's last scans are asked for at every entry; nobody asks by the pass any more.
BY_PERSON = """
CREATE INDEX scan_citizen ON tracing_scan (citizen_id, scan_id) WHERE citizen_id IS NOT NULL;
DROP INDEX scan_pass;
"""
AS_BEFORE = """
CREATE INDEX scan_pass ON tracing_scan (pass_id, scan_id) WHERE pass_id IS NOT NULL;
DROP INDEX scan_citizen;
"""
DROP_COMPARED = "ALTER TABLE tracing_scan DROP COLUMN compared"


class Migration(migrations.Migration):
    dependencies = [("tracing", "0002_citizens_check_in")]

    operations = [
        migrations.RunSQL(BY_PERSON, AS_BEFORE),
        migrations.AddField(
            model_name="device",
            name="store",
            field=models.UUIDField(null=True, verbose_name="本机存储编号"),
        ),
        migrations.AddField(
            model_name="device",
            name="waiting",
            field=models.PositiveIntegerField(default=0, verbose_name="待上传"),
        ),
        migrations.AddField(
            model_name="device",
            name="heard_at",
            field=models.DateTimeField(null=True, verbose_name="最近联网"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD_COMPARED, DROP_COMPARED)],
            state_operations=[
                migrations.AddField(
                    model_name="scan",
                    name="compared",
                    field=models.BooleanField(default=False, verbose_name="已核对证件"),
                ),
            ],
        ),
    ]
