"""What the endpoints of an enrolled device have in common."""

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from tracing.authentication import DeviceAuthentication, DeviceUser
from tracing.permissions import DeviceThrottle, IsDeviceOnItsRoute


class DeviceView(APIView):
    """Calls of an enrolled device, on routes made for devices."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDeviceOnItsRoute]
    throttle_classes = [DeviceThrottle]


def caller(request: Request) -> DeviceUser:
    """The device that makes a request."""
    return cast(DeviceUser, request.user)


def valid(serializer_class: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """The data as the serializer reads it, or a ValidationError."""
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    read: dict[str, Any] = serializer.validated_data
    return read
