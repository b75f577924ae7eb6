"""A phone in somebody's pocket: its own key, the pass it holds, and what it shows."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec

from accounts.models import Citizen
from healthcode import passes
from healthcode.services import BoundCode, bind_phone, issue_bound
from healthcode.services.phones import digest_of


class Pocket:
    """A citizen's browser under a session key; each pass it fetches is for a fresh key."""

    def __init__(self, citizen: Citizen, session: str = "phone") -> None:
        self.citizen = citizen
        self.session = session
        self.code: BoundCode | None = None

    def bind(self, now: datetime, *, move: bool = False) -> bool:
        """Ask to be the citizen's phone."""
        digest = digest_of(self.session)
        return bind_phone(citizen=self.citizen, session_digest=digest, move=move, now=now)

    def fetch(self, now: datetime, *, move: bool = False) -> BoundCode:
        """Fetch a pass for a new key, as the page does."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.code = issue_bound(
            citizen_id=self.citizen.pk,
            session_key=self.session,
            holder=passes.full_point(self.key.public_key()),
            move=move,
            now=now,
        )
        return self.code

    def show(self, at: datetime) -> str:
        """The text of a presentation made at an instant."""
        assert self.code is not None
        shown_at, sign = int(at.timestamp()), passes.signer(self.key)
        made = passes.build_presentation(self.code.data, shown_at=shown_at, sign=sign)
        return passes.write_text(made)

    @property
    def claims(self) -> passes.Claims:
        """What the pass says."""
        assert self.code is not None
        return passes.claims_of(self.code.data)


def pocket_with_a_pass(citizen: Citizen, now: datetime, session: str = "phone") -> Pocket:
    """A phone that is the citizen's and has just fetched a pass."""
    pocket = Pocket(citizen, session)
    assert pocket.bind(now)
    pocket.fetch(now)
    return pocket
