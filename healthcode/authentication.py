"""Sources of evidence prove themselves by a bearer token."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from healthcode.errors import UnknownSource
from healthcode.models import Source
from healthcode.services import source_by_token


class SourceUser:
    """A source as the one who makes a request."""

    is_authenticated = True

    def __init__(self, source: Source) -> None:
        """Keep the source."""
        self.source = source


class SourceTokenAuthentication(BaseAuthentication):
    """`Authorization: Source <token>`; anything else is an unknown source."""

    def authenticate(self, request: Request) -> tuple[Any, None]:
        """The source of the token, or UnknownSource."""
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() != b"source":
            raise UnknownSource
        return SourceUser(source_by_token(parts[1].decode("latin-1"))), None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Source"


class SourceScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names the token."""

    target_class = SourceTokenAuthentication
    name = "sourceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """One header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Source <token>`, the token that the admin showed once.",
        }
