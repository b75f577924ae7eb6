"""Looking at a chain: for those who may see cases and contacts, and never unrecorded."""

from datetime import datetime

from django.db import transaction

from accounts.errors import NotPermitted
from accounts.models import User
from tracing.services.cases.deed import find_case, name_of, record
from tracing.services.chain.cluster import find_cluster
from tracing.services.chain.drawn import Chain, draw
from tracing.services.looks import note_looks

PURPOSE, WHAT = "查看传播链", "chain"


@transaction.atomic
def look_at_chain(
    *, case_id: int, by: User, now: datetime, whole: bool = True, after: str = ""
) -> Chain:
    """A page of the chain of a case, or of all the cases that contacts join to it.

    The look is written into the ledger that the case's person reads, and into the audit ledger.
    Raises NotPermitted, UnknownCase, or ValueError for a key of a page that is none.
    """
    if not by.has_perms(["tracing.view_case", "tracing.view_contact"]):
        raise NotPermitted
    case = find_case(case_id)
    chain = draw(find_cluster(case, whole=whole), after=after)
    if note_looks([case.citizen_id], by=by, purpose=PURPOSE, what=WHAT, now=now):
        record("chain_seen", case, name_of(by), now, people=len(chain.dots))
    return chain
