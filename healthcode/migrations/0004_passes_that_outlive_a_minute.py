import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# By local day of expiry, so that a day is dropped whole; a slot is given once a day.
MAKE_TABLE = """
CREATE TABLE healthcode_boundpass (
  expires_on date NOT NULL,
  pass_id bytea NOT NULL CHECK (length(pass_id) = 16),
  citizen_id bigint NOT NULL,
  slot bigint NOT NULL CHECK (slot >= 0 AND slot < 4294967296),
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
  withdrawn_at timestamptz,
  PRIMARY KEY (expires_on, pass_id),
  CONSTRAINT bound_pass_slot_once UNIQUE (expires_on, slot)
) PARTITION BY RANGE (expires_on);
CREATE INDEX bound_pass_citizen ON healthcode_boundpass (citizen_id, expires_at);
CREATE INDEX bound_pass_withdrawn ON healthcode_boundpass (slot) WHERE withdrawn_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("healthcode", "0003_rules_tried_before_they_act"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAKE_TABLE, "DROP TABLE healthcode_boundpass")],
            state_operations=[
                migrations.CreateModel(
                    name="BoundPass",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "expires_on",
                                "pass_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("expires_on", models.DateField(verbose_name="到期日")),
                        ("pass_id", models.BinaryField(max_length=16, verbose_name="码编号")),
                        ("citizen_id", models.BigIntegerField(verbose_name="居民")),
                        ("slot", models.BigIntegerField(verbose_name="清单位置")),
                        ("issued_at", models.DateTimeField(verbose_name="签发时间")),
                        ("expires_at", models.DateTimeField(verbose_name="有效至")),
                        ("withdrawn_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                    ],
                    options={
                        "verbose_name": "手机码",
                        "verbose_name_plural": "手机码",
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="Phone",
            fields=[
                (
                    "citizen",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="phone",
                        serialize=False,
                        to="accounts.citizen",
                        verbose_name="居民",
                    ),
                ),
                ("session_digest", models.BinaryField(max_length=32, verbose_name="会话哈希")),
                ("bound_at", models.DateTimeField(verbose_name="绑定时间")),
            ],
            options={
                "verbose_name": "手机",
                "verbose_name_plural": "手机",
            },
        ),
        migrations.CreateModel(
            name="WithdrawnList",
            fields=[
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        primary_key=True, serialize=False, verbose_name="序号"
                    ),
                ),
                ("expires_on", models.DateField(verbose_name="到期日")),
                ("opened_at", models.DateTimeField(verbose_name="启用时间")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="停止分配时间")),
                ("token", models.BinaryField(null=True, verbose_name="已签名清单")),
                ("built_at", models.DateTimeField(null=True, verbose_name="签名时间")),
            ],
            options={
                "verbose_name": "作废清单",
                "verbose_name_plural": "作废清单",
                "indexes": [models.Index(fields=["expires_on"], name="withdrawn_list_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__lt", 4096)), name="withdrawn_list_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperPass",
            fields=[
                (
                    "pass_id",
                    models.BinaryField(
                        max_length=16, primary_key=True, serialize=False, verbose_name="码编号"
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="签发时间")),
                ("expires_at", models.DateTimeField(verbose_name="有效至")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="提前停用时间")),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.citizen",
                        verbose_name="居民",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签发人",
                    ),
                ),
            ],
            options={
                "verbose_name": "纸质码",
                "verbose_name_plural": "纸质码",
                "permissions": [("issue_paper", "签发纸质码")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("citizen",),
                        name="paper_pass_one_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("issued_at"))),
                        name="paper_pass_ends_after_start",
                    ),
                ],
            },
        ),
    ]
