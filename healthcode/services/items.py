"""What is handed in, and what became of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from json import dumps
from typing import Any, Literal

from accounts.errors import DomainError


@dataclass(frozen=True)
class Item:
    """One evidence item about a known citizen, as a source states it.

    Times are aware, whole seconds. `source_ref` and `version` are the source's own name for
    it: the same name with the same content is the same item.
    """

    kind: str
    citizen_id: int
    occurred_at: datetime
    ended_at: datetime | None
    reported_at: datetime
    source_ref: str
    version: int = 1
    retracted: bool = False
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        """The name of this version at its source."""
        return self.source_ref, self.version

    def digest(self) -> bytes:
        """SHA-256 of the content, the same for the same content however it is written."""
        content = [
            self.kind,
            self.citizen_id,
            _instant(self.occurred_at),
            _instant(self.ended_at),
            self.retracted,
            self.details,
        ]
        return sha256(dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()


@dataclass(frozen=True)
class Result:
    """What became of one item; `error` says why it was refused."""

    item: Item | None
    status: Literal["stored", "duplicate", "refused"]
    error: DomainError | None = None
    evidence_id: int | None = None


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
