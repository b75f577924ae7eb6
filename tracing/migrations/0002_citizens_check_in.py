from django.db import migrations, models

# Who said that a stay began. The trace asks it of every stay it meets, so both indexes hold it:
# the heap is still not read. The primary key is built anew, which takes minutes on a full city:
# gates queue their scans meanwhile.
SOURCE = """
ALTER TABLE tracing_visit
  ADD COLUMN source varchar(4) NOT NULL DEFAULT 'scan'
    CONSTRAINT visit_source CHECK (source IN ('scan', 'self', 'trip'));
UPDATE tracing_visit SET source = 'trip' WHERE left_by = 'trip';
ALTER TABLE tracing_visit DROP CONSTRAINT tracing_visit_pkey;
ALTER TABLE tracing_visit
  ADD PRIMARY KEY (place_id, entered_at, citizen_id) INCLUDE (left_at, seat_row, source);
DROP INDEX visit_citizen;
CREATE INDEX visit_citizen ON tracing_visit (citizen_id, entered_at)
  INCLUDE (place_id, left_at, seat_row, source);
"""

NO_SOURCE = """
ALTER TABLE tracing_visit DROP CONSTRAINT tracing_visit_pkey;
ALTER TABLE tracing_visit
  ADD PRIMARY KEY (place_id, entered_at, citizen_id) INCLUDE (left_at, seat_row);
DROP INDEX visit_citizen;
CREATE INDEX visit_citizen ON tracing_visit (citizen_id, entered_at)
  INCLUDE (place_id, left_at, seat_row);
ALTER TABLE tracing_visit DROP COLUMN source;
"""


class Migration(migrations.Migration):
    dependencies = [("tracing", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SOURCE, NO_SOURCE)],
            state_operations=[
                migrations.AddField(
                    model_name="visit",
                    name="source",
                    field=models.CharField(
                        choices=[("scan", "门口扫码"), ("self", "自助登记"), ("trip", "行程")],
                        db_default="scan",
                        default="scan",
                        max_length=4,
                        verbose_name="来源",
                    ),
                )
            ],
        ),
        migrations.AddField(
            model_name="zone",
            name="poster_hash",
            field=models.BinaryField(
                max_length=32, null=True, unique=True, verbose_name="海报编号哈希"
            ),
        ),
        migrations.AddField(
            model_name="zone",
            name="poster_at",
            field=models.DateTimeField(null=True, verbose_name="海报打印时间"),
        ),
        migrations.AddConstraint(
            model_name="zone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("poster_at__isnull", True), ("poster_hash__isnull", True)),
                    models.Q(("poster_at__isnull", False), ("poster_hash__isnull", False)),
                    _connector="OR",
                ),
                name="zone_poster_has_its_day",
            ),
        ),
    ]
