"""What a device may call, and how often."""

from django.core.cache.backends.locmem import LocMemCache
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle
from rest_framework.views import APIView

from tracing.models import Device

# Whatever is added to the service, a device reaches only what is named here.
ROUTES = frozenset(
    {
        ("GET", "tracing:device-me"),
        ("GET", "tracing:device-kit"),
        ("PUT", "tracing:device-store"),
        ("POST", "tracing:verify"),
        ("POST", "tracing:scans"),
        ("POST", "tracing:admission"),
    }
)


class IsDeviceOnItsRoute(BasePermission):
    """An enrolled device, on one of the routes made for devices."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether method and route are on the list."""
        match = request.resolver_match
        route = (request.method, match.view_name if match else "")
        return _device_of(request) is not None and route in ROUTES


class DeviceThrottle(SimpleRateThrottle):
    """Ten requests per second and device: a courtesy to the others, counted per process.

    No door is that fast; a device that is has run wild. The counts stay in the process's
    memory, since a shared count would cost more than the scan.
    """

    scope = "device"
    rate = "600/min"
    cache = LocMemCache("device-throttle", {})

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """One count per device."""
        device = _device_of(request)
        return None if device is None else f"device-{device.pk}"


class EnrolmentThrottle(AnonRateThrottle):
    """Thirty enrolments per minute from one address: no officer is that fast."""

    scope = "enrolment"
    rate = "30/min"


def _device_of(request: Request) -> Device | None:
    return getattr(request.user, "device", None)
