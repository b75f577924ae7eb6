"""What devices send and are answered, with the words of the API's description."""

from typing import Any

from rest_framework import serializers

from healthcode.colours import Outcome, Reason
from tracing.models import Device, Direction
from tracing.services import NewScan, ScanResult

# A QR code holds at most this many characters; more was not scanned.
LONGEST_TEXT = 7089
MOST_SCANS = 500
# The device's own word for "no server, and I cannot judge this myself".
OFFLINE = "OFFLINE"


class EnrolmentRequest(serializers.Serializer[Any]):
    """A one-time enrolment token."""

    token = serializers.CharField(
        max_length=64, help_text="From the QR code or typed; hyphens and blanks do not matter."
    )
    keep = serializers.ChoiceField(
        choices=["header", "cookie"],
        default="header",
        help_text="Where the device will send its token: turnstiles `header`, browsers `cookie`.",
    )


class DeviceFacts(serializers.Serializer[Any]):
    """A device, as itself and its staff may know it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    venue = serializers.CharField()
    zone = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    attended = serializers.BooleanField()
    negative_within_hours = serializers.IntegerField(
        allow_null=True, help_text="The venue's rule: how fresh a negative sample has to be."
    )


class Enrolled(serializers.Serializer[Any]):
    """The answer to an enrolment."""

    device = DeviceFacts()
    token = serializers.CharField(
        required=False, help_text="The device token, this once. Not with `keep: cookie`."
    )


class Counts(serializers.Serializer[Any]):
    """Scans of today by outcome."""

    PASS = serializers.IntegerField()
    CHECK = serializers.IntegerField()
    STOP = serializers.IntegerField()
    GREY = serializers.IntegerField()


class Me(serializers.Serializer[Any]):
    """What a device needs to start its day."""

    device = DeviceFacts()
    today = Counts()
    inside = serializers.IntegerField(help_text="People in the device's zone now, as recorded.")
    now = serializers.IntegerField(help_text="The server's clock, in Unix milliseconds.")
    csrf_token = serializers.CharField(
        required=False, help_text="Send it back as `X-CSRFToken`. Only with the cookie."
    )


class WithdrawnToken(serializers.Serializer[Any]):
    """One list of withdrawn passes."""

    number = serializers.IntegerField()
    token = serializers.CharField(help_text="Status List Token, base64url.")


class Kit(serializers.Serializer[Any]):
    """All that a device needs to judge codes without network."""

    now = serializers.IntegerField(help_text="The server's clock, in Unix milliseconds.")
    pin = serializers.CharField(
        help_text="SHA-256 of the root's uncompressed point, base64url. A device that was told "
        "it when it was enrolled compares, and refuses another."
    )
    keys = serializers.CharField(help_text="The key list, base64url.")
    state = serializers.CharField(help_text="The state of the keys, base64url.")
    withdrawn = WithdrawnToken(many=True)
    device = DeviceFacts()


class StoreRequest(serializers.Serializer[Any]):
    """Where a device keeps its scans, and how many wait."""

    store = serializers.UUIDField(help_text="Made by the device when its store is new.")
    waiting = serializers.IntegerField(min_value=0, max_value=1_000_000)


class StoreAnswer(serializers.Serializer[Any]):
    """Whether scans may be missing."""

    lost = serializers.IntegerField(
        allow_null=True, help_text="How many waited in a store that is gone; null: none is."
    )


class VerifyRequest(serializers.Serializer[Any]):
    """What a gate without a clock of its own read just now."""

    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, trim_whitespace=False)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)


class ScanRequest(serializers.Serializer[Any]):
    """One attempt at a gate."""

    scan_id = serializers.UUIDField(
        help_text="A UUIDv7 made by the device at the moment of scanning: at most 72 hours "
        "before and 60 seconds after it is received. Sending it again is harmless."
    )
    text = serializers.CharField(
        max_length=LONGEST_TEXT,
        allow_blank=True,
        trim_whitespace=False,
        help_text="What the scanner read, whatever it is. Judged, and not kept.",
    )
    direction = serializers.ChoiceField(
        choices=Direction.choices, required=False, help_text="The device's own if left out."
    )
    admitted = serializers.BooleanField(
        allow_null=True,
        default=None,
        help_text="What happened at the door, if the device knows. Left out: PASS goes in, STOP "
        "and GREY stay out, CHECK waits for staff (`admission/`), or stays out where no staff is.",
    )
    device_outcome = serializers.ChoiceField(
        choices=[outcome.value for outcome in Outcome],
        default="",
        allow_blank=True,
        help_text="The device's own verdict, kept beside the server's.",
    )
    device_reason = serializers.ChoiceField(
        choices=[*(reason.value for reason in Reason), OFFLINE], default="", allow_blank=True
    )


class BatchRequest(serializers.Serializer[Any]):
    """Scans made without network, in any order."""

    scans = serializers.ListField(
        child=ScanRequest(), min_length=1, max_length=MOST_SCANS, help_text="At most 500."
    )


class ErrorBody(serializers.Serializer[Any]):
    """The one error shape."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField()


class ScanAnswer(serializers.Serializer[Any]):
    """The server's verdict on a scan."""

    scan_id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=["stored", "repeated", "refused"])
    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    admitted = serializers.BooleanField(allow_null=True, help_text="Null: staff must say.")
    name = serializers.CharField(help_text="Masked, to compare with a document; empty when grey.")
    negative_hours = serializers.IntegerField(
        allow_null=True, help_text="Age of the last negative sample, rounded up."
    )
    shown_before = serializers.IntegerField(
        allow_null=True, help_text="REPEATED: the same code was shown so many seconds ago."
    )


class RefusedScan(serializers.Serializer[Any]):
    """A scan that was not stored."""

    scan_id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=["refused"])
    error = ErrorBody()


class BatchAnswer(serializers.Serializer[Any]):
    """An answer per scan, in the order of the scans."""

    results = ScanAnswer(many=True)


class AdmissionRequest(serializers.Serializer[Any]):
    """What happened at the door."""

    admitted = serializers.BooleanField()
    compared = serializers.BooleanField(
        default=False, help_text="Staff held a document against the masked name."
    )


class AdmissionAnswer(serializers.Serializer[Any]):
    """What is stored about the door."""

    scan_id = serializers.UUIDField()
    admitted = serializers.BooleanField()
    compared = serializers.BooleanField()
    outcome = serializers.ChoiceField(
        choices=[outcome.value for outcome in Outcome],
        help_text="PASS where a printed code was CHECK until the ID was compared.",
    )


def facts_of(device: Device) -> dict[str, Any]:
    """A device as DeviceFacts."""
    return {
        "id": device.pk,
        "name": device.name,
        "venue": device.venue.name,
        "zone": device.zone.name,
        "direction": device.direction,
        "attended": device.attended,
        "negative_within_hours": device.venue.negative_within_hours,
    }


def new_scan(valid: dict[str, Any], device: Device) -> NewScan:
    """A validated ScanRequest as the services take it."""
    direction = Direction(valid.get("direction", device.direction))
    return NewScan(**{**valid, "direction": direction})


def answer_of(result: ScanResult) -> dict[str, Any]:
    """A result as ScanAnswer, or as RefusedScan."""
    if result.error:
        return {
            "scan_id": result.scan_id,
            "status": result.status,
            "error": result.error.as_dict(),
        }
    answer: dict[str, Any] = ScanAnswer(result).data
    return answer
