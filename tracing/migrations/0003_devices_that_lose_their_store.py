from django.db import migrations, models

# A partitioned table: the column is added by SQL, and reaches every partition.
ADD_COMPARED = "ALTER TABLE tracing_scan ADD COLUMN compared boolean NOT NULL DEFAULT false"
DROP_COMPARED = "ALTER TABLE tracing_scan DROP COLUMN compared"


class Migration(migrations.Migration):
    dependencies = [("tracing", "0002_citizens_check_in")]

    operations = [
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
