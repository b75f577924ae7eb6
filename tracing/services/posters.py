"""Posters at places without staff: each carries a random id of its zone, known on paper only.

The database keeps the id's hash, as it does of devices' tokens: whoever reads it can print no
poster and tell of no stay.
"""

import hashlib
import re
import secrets
from base64 import b32encode
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import User
from healthcode.passes import clean
from tracing.errors import HealthCodeShown, NoPoster, UnknownPoster, VenueInvalid
from tracing.models import Zone
from tracing.services.places import ensure_place

PREFIX = "HCV:/1/"
HEALTH_CODE = "HCP:/"
ID_BYTES = 16
_ID = re.compile(r"[A-Z2-7]{26}")
# Base32 has none of these; people who type a poster's code by hand still do.
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B", "-": None, " ": None})


def renew_poster(*, zone_id: int, by: User, now: datetime) -> str:
    """Return the text of a zone's new poster, this once; the old poster works no longer.

    Raises NotPermitted, or VenueInvalid where there is no such zone.
    """
    if not by.has_perm("tracing.enrol_device"):
        raise NotPermitted
    text = PREFIX + b32encode(secrets.token_bytes(ID_BYTES)).decode("ascii").rstrip("=")
    with transaction.atomic():
        zone = Zone.objects.select_for_update().filter(pk=zone_id).first()
        if zone is None:
            raise VenueInvalid
        ensure_place(zone=zone)
        renewed = zone.poster_at is not None
        zone.poster_hash, zone.poster_at = _hash(text), now
        zone.save(update_fields=["poster_hash", "poster_at"])
        audit.record(
            actor=f"user:{by.username}",
            action="poster.printed",
            target=f"zone:{zone.pk}",
            now=now,
            venue=zone.venue_id,
            renewed=renewed,
        )
    return text


def zone_of_poster(*, text: str) -> Zone:
    """Return the zone, with its venue and place, whose poster says this now.

    The text may be scanned or typed, with or without what stands before the id. Raises
    HealthCodeShown, NoPoster for any other text, or UnknownPoster.
    """
    digest = _hash(PREFIX + _id(clean(text)))
    zone = Zone.objects.select_related("venue", "place").filter(poster_hash=digest).first()
    if zone is None:
        raise UnknownPoster
    return zone


def _id(text: str) -> str:
    if text.startswith(HEALTH_CODE):
        raise HealthCodeShown
    typed = text.removeprefix(PREFIX).translate(_MISREAD)
    if not _ID.fullmatch(typed):
        raise NoPoster
    return typed


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
