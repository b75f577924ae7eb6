"""The seam between allauth and this project: messages to phones, and what allauth may not do."""

import json
from typing import Any
from urllib.request import Request, urlopen

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from accounts.errors import SmsNotSent

GATEWAY_SECONDS = 5
DEMO_CODE = "demo_code"
#: Said by allauth with a username, which for citizens is a random number.
UNSAID = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Officers sign in through allauth's pages, citizens by phone code; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No: officers are made by an administrator, citizens by their first sign-in."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Officers go to the admin, citizens to their code."""
        if request.user.is_staff:
            return reverse("admin:index")
        return str(super().get_login_redirect_url(request))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Pass on what allauth says, but for greetings."""
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        """Send a sign-in code, or in a demo keep it for the page to show. Raises SmsNotSent."""
        if settings.HEALTHCODE_SHOW_SIGNIN_CODE:
            self.request.session[DEMO_CODE] = code
            return
        words = gettext(
            "【健康码】验证码 %(code)s，%(minutes)d 分钟内有效。工作人员不会向您索要验证码。"
        )
        minutes = app_settings.LOGIN_BY_CODE_TIMEOUT // 60
        _post_to_gateway({"to": phone, "text": words % {"code": code, "minutes": minutes}})


def _post_to_gateway(message: dict[str, str]) -> None:
    """Hand a message to the HTTPS gateway the settings name."""
    url = settings.HEALTHCODE_SMS_GATEWAY_URL
    if not url.startswith("https://"):
        raise SmsNotSent
    headers = {
        "Authorization": f"Bearer {settings.HEALTHCODE_SMS_GATEWAY_TOKEN}",
        "Content-Type": "application/json",
    }
    request = Request(url, json.dumps(message).encode(), headers)  # noqa: S310  https, see above
    try:
        urlopen(request, timeout=GATEWAY_SECONDS).close()  # noqa: S310
    except OSError:
        # The cause may quote the message: neither the phone nor the code belongs in a log.
        raise SmsNotSent from None
