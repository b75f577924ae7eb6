"""The two sources that are parts of this service: tracing, and officers at their desks."""

from django.db import migrations

INTERNAL = {
    "tracing": ["case", "exposure"],
    "officer": ["area_stay", "case", "health_report", "order", "test", "travel", "vaccination"],
}


def add_sources(apps, schema_editor):
    """Make them where they are missing."""
    source = apps.get_model("healthcode", "Source")
    for name, kinds in INTERNAL.items():
        source.objects.using(schema_editor.connection.alias).get_or_create(
            name=name, defaults={"kinds": kinds}
        )


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("healthcode", "0001_initial")]

    operations = [migrations.RunPython(add_sources, migrations.RunPython.noop)]
