from django.db import migrations

# Two officers may say that somebody was in a place.
BY_HAND = """
ALTER TABLE tracing_visit DROP CONSTRAINT visit_left_by;
ALTER TABLE tracing_visit ADD CONSTRAINT visit_left_by
  CHECK (left_by IN ('assumed', 'scan', 'next', 'person', 'hand', 'trip'));
ALTER TABLE tracing_visit DROP CONSTRAINT visit_source;
ALTER TABLE tracing_visit ADD CONSTRAINT visit_source
  CHECK (source IN ('scan', 'self', 'trip', 'hand'));
"""

NOT_BY_HAND = """
DELETE FROM tracing_visit WHERE left_by = 'hand';
UPDATE tracing_visit SET source = 'self' WHERE source = 'hand';
ALTER TABLE tracing_visit DROP CONSTRAINT visit_left_by;
ALTER TABLE tracing_visit ADD CONSTRAINT visit_left_by
  CHECK (left_by IN ('assumed', 'scan', 'next', 'person', 'trip'));
ALTER TABLE tracing_visit DROP CONSTRAINT visit_source;
ALTER TABLE tracing_visit ADD CONSTRAINT visit_source
  CHECK (source IN ('scan', 'self', 'trip'));
"""


class Migration(migrations.Migration):
    dependencies = [("tracing", "0004_follow_up")]

    operations = [migrations.RunSQL(BY_HAND, NOT_BY_HAND)]
