"""Rows are deleted in batches, as the service, by the clock that the catalogue names."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Greatest

from accounts.models import Claim, Membership
from healthcode.models import Appeal, Evidence, EvidenceDraft
from tracing.models import BoardedTrip, Case, CaseState, Contact, ContactTask, Statement
from tracing.services.hand_down import SOURCE
from tracing.services.retention.purge import Order

BATCH = 500

_NOBODYS = Q(
    phone_fingerprint__isnull=False,
    is_staff=False,
    groups__isnull=True,
    citizen__isnull=True,
    claim__isnull=True,
)
_OWN = Evidence.objects.filter(source__name=SOURCE)
_EXPOSURE = _OWN.filter(
    source_ref=Concat(OuterRef("case__ref"), Value(":"), OuterRef("citizen__ref"))
)
_HANDED_DOWN = Exists(_OWN.filter(source_ref=OuterRef("ref"))) | Exists(
    Contact.objects.filter(Exists(_EXPOSURE), case=OuterRef("pk"))
)
_ABOUT_CITIZENS = (
    *((model, "citizen") for model in (Evidence, EvidenceDraft, Appeal, Claim, Membership)),
    *((model, "citizen") for model in (Case, Contact, ContactTask)),
    *((Statement, field) for field in ("teller", "met")),
)

#: Beside the clock: what must hold of a row, where the catalogue says "unless".
CONDITIONS: Mapping[str, tuple[Any, ...]] = {
    "accounts.User": (_NOBODYS,),
    "accounts.Citizen": (
        Q(user__isnull=True),
        *(
            ~Exists(model._default_manager.filter(**{field: OuterRef("pk")}))
            for model, field in _ABOUT_CITIZENS
        ),
    ),
    "tracing.Case": (~Q(state=CaseState.SUSPECTED), ~_HANDED_DOWN),
}


def purge_rows(model: str, since: tuple[str, ...], order: Order) -> int:
    """Delete a model's expired rows and what hangs on them; returns how many of the model.

    Each batch is a transaction; the condition is asked again as it is deleted.
    """
    return _purge(_expired(apps.get_model(model), since, order.before, model), order)


def purge_boarded(order: Order) -> int:
    """Delete what is known of boarding trips whose evidence is gone."""
    evidence = Evidence.objects.filter(pk=OuterRef("evidence_id"))
    return _purge(BoardedTrip.objects.filter(~Exists(evidence)), order)


def _expired(
    model: type[models.Model], since: tuple[str, ...], before: datetime, label: str
) -> models.QuerySet[Any]:
    # PostgreSQL's GREATEST passes over nulls: a row without any instant has none.
    last = Greatest(*since) if len(since) > 1 else F(since[0])
    rows = model._default_manager.annotate(last_instant=last).filter(last_instant__lt=before)
    return rows.filter(*CONDITIONS.get(label, ()))


def _purge(rows: models.QuerySet[Any], order: Order) -> int:
    if order.dry_run:
        return rows.count()
    total = 0
    for _ in count():
        deleted = _delete_batch(rows)
        total += deleted
        if deleted < BATCH:
            break
    return total


@transaction.atomic
def _delete_batch(rows: models.QuerySet[Any]) -> int:
    """Delete one batch, its rows locked and judged by the same statement."""
    batch = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH]
    keys = list(batch.values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)
