"""One item of evidence in a table: what it says and whether it still counts."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import link, moment, tag
from healthcode.admin.words import brief, kind_word
from healthcode.models import Evidence, Retraction

EVIDENCE_COLUMNS = (_("类型"), _("内容"), _("起"), _("止"), _("来源"), _("入库"), _("状态"))


def with_standing(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Evidence with its source, and whether a later version or a retraction overrules it."""
    same = {"source": OuterRef("source"), "source_ref": OuterRef("source_ref")}
    return rows.select_related("source").annotate(
        superseded=Exists(Evidence.objects.filter(**same, version__gt=OuterRef("version"))),
        taken_back=Exists(
            Retraction.objects.filter(**same, up_to_version__gte=OuterRef("version"))
        ),
    )


def evidence_row(item: Any) -> Sequence[Any]:
    """The cells for `EVIDENCE_COLUMNS`, of an item read by `with_standing`."""
    return (
        link(kind_word(item.kind), "healthcode_evidence_change", item.pk),
        brief(item.details),
        moment(item.occurred_at),
        moment(item.ended_at),
        item.source.name,
        moment(item.recorded_at),
        standing(item),
    )


def standing(item: Any) -> str:
    """Whether it counts."""
    if item.taken_back or item.retracted:
        return tag(_("已撤回"), "warn")
    if item.superseded:
        return tag(_("已更正"), "warn")
    return tag(_("有效"), "done")
