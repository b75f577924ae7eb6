"""What a device hands in and what it is answered."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from accounts.errors import DomainError
from healthcode.passes import clean
from tracing.models import Direction


@dataclass(frozen=True)
class NewScan:
    """One attempt at a gate as the device tells it.

    `scan_id` is a UUIDv7 of the moment of scanning. `admitted` is given only where the device
    knows what happened at the door; `device_outcome` and `device_reason` only where it judged.
    """

    scan_id: UUID
    text: str
    direction: Direction
    admitted: bool | None = None
    device_outcome: str = ""
    device_reason: str = ""

    @property
    def digest(self) -> bytes:
        """What makes two scans the same: the cleaned text and the direction.

        What the device concluded is not part of it: it may learn that after it first sent
        the scan.
        """
        return hashlib.sha256(f"{self.direction}\n{clean(self.text)}".encode()).digest()


@dataclass(frozen=True)
class ScanResult:
    """The answer to one scan: stored, repeated (stored before), or refused with an error.

    `name` is the masked name in the code, empty when the verdict is grey. `negative_hours` is
    the age of the last negative sample at the scan, rounded up. `admitted` is null while staff
    have not said. `shown_before` is the number of seconds since the same code was last shown,
    where that is the reason for the verdict.
    """

    scan_id: UUID | None
    status: str
    error: DomainError | None = None
    outcome: str = ""
    reason: str = ""
    admitted: bool | None = None
    name: str = ""
    negative_hours: int | None = None
    shown_before: int | None = None
