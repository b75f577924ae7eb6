"""Signing in and registering, as a browser meets them."""

import json
import re
from datetime import timedelta
from urllib.error import URLError

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts import adapters, pii
from accounts.models import AuditEvent, Citizen, User

pytestmark = pytest.mark.django_db

ALICE_PHONE = "+8613800138000"
BOB_PHONE = "+8613900139000"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def phone():
    """A phone that has never been here."""
    return Client()


def ask_for_code(phone, number=ALICE_PHONE, **more):
    return phone.post("/signin/", {"phone": number} | more, follow=True)


def shown_code(page):
    return re.search(r'demo__code">(\d{6})<', page.content.decode())[1]


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def sign_in(phone, number=ALICE_PHONE, **more):
    code = shown_code(ask_for_code(phone, number, **more))
    return phone.post("/signin/code/", {"code": code})


def test_the_right_code_makes_a_user_and_signs_in(phone):
    answer = sign_in(phone, "138 0013 8000")

    user = User.objects.get()
    assert answer["Location"] == "/"
    assert int(phone.session["_auth_user_id"]) == user.pk
    assert user.phone_verified
    assert not user.has_usable_password()
    assert bytes(user.phone_fingerprint) == pii.phone_fingerprint(ALICE_PHONE)
    assert pii.open_sealed("user.phone", user.phone_sealed, context=user.username) == ALICE_PHONE
    assert AuditEvent.objects.get().action == "user.made"


def test_the_same_phone_is_the_same_user_again(phone):
    sign_in(phone)
    sign_in(Client(), "0086 138-0013-8000")

    assert User.objects.count() == 1


def test_nobody_exists_before_the_code_came_back_right(phone):
    ask_for_code(phone)

    assert not User.objects.exists()


def test_known_and_unknown_phones_look_alike(phone):
    sign_in(Client(), ALICE_PHONE)
    pages = []
    for number in (ALICE_PHONE, BOB_PHONE):
        page = ask_for_code(Client(), number).content.decode()
        page = re.sub(r'value="\w{64}"|demo__code">\d{6}', "", page)
        pages.append(page.replace(f"{number[:-8]}****{number[-4:]}", ""))

    assert pages[0] == pages[1]


def test_a_wrong_code_says_so_and_the_right_one_still_works(phone):
    code = shown_code(ask_for_code(phone))

    page = phone.post("/signin/code/", {"code": wrong(code)}).content.decode()
    answer = phone.post("/signin/code/", {"code": f"{code[:3]}-{code[3:]}"})

    assert "验证码不对" in page
    assert answer["Location"] == "/"


def test_three_wrong_codes_end_the_code(phone):
    code = shown_code(ask_for_code(phone))
    for _ in range(3):
        answer = phone.post("/signin/code/", {"code": wrong(code)}, follow=True)

    assert "验证码已失效" in answer.content.decode()
    assert phone.post("/signin/code/", {"code": code})["Location"] == "/signin/"
    assert not User.objects.exists()


def test_a_code_expires_after_three_minutes(phone):
    code = shown_code(ask_for_code(phone))

    with time_machine.travel(timezone.now() + timedelta(seconds=181), tick=False):
        answer = phone.post("/signin/code/", {"code": code})

    assert answer["Location"] == "/signin/"
    assert not User.objects.exists()


def test_a_code_is_of_use_once_and_for_its_own_session_only(phone):
    code = shown_code(ask_for_code(phone))

    assert Client().post("/signin/code/", {"code": code})["Location"] == "/signin/"
    phone.post("/signin/code/", {"code": code})
    phone.post("/accounts/logout/")
    assert phone.post("/signin/code/", {"code": code})["Location"] == "/signin/"


def test_another_code_replaces_the_first(phone):
    first = shown_code(ask_for_code(phone))
    second = shown_code(phone.post("/signin/again/", follow=True))

    if first != second:
        assert "验证码不对" in phone.post("/signin/code/", {"code": first}).content.decode()
    assert phone.post("/signin/code/", {"code": second})["Location"] == "/"


def test_one_phone_gets_three_codes_a_minute_from_wherever_they_are_asked_for():
    for _ in range(3):
        ask_for_code(Client())

    page = ask_for_code(Client()).content.decode()

    assert "获取得太频繁了" in page
    assert "demo__code" not in page


def test_the_session_holds_neither_phone_nor_code_in_the_clear(phone, settings, monkeypatch):
    settings.HEALTHCODE_SHOW_SIGNIN_CODE = False
    sent = []
    monkeypatch.setattr(adapters, "_post_to_gateway", sent.append)
    ask_for_code(phone)

    kept = json.dumps(dict(phone.session))
    code = re.search(r"\d{6}", sent[0]["text"])[0]

    assert sent[0]["to"] == ALICE_PHONE
    assert ALICE_PHONE[-8:] not in kept
    assert code not in kept


def test_without_a_demo_no_page_shows_the_code(phone, settings, monkeypatch):
    settings.HEALTHCODE_SHOW_SIGNIN_CODE = False
    monkeypatch.setattr(adapters, "_post_to_gateway", lambda message: None)

    assert "demo__code" not in ask_for_code(phone).content.decode()


@pytest.mark.parametrize("url", ["", "http://sms.example.org/"])
def test_a_gateway_without_https_is_never_spoken_to(phone, settings, monkeypatch, url):
    settings.HEALTHCODE_SHOW_SIGNIN_CODE = False
    settings.HEALTHCODE_SMS_GATEWAY_URL = url
    monkeypatch.setattr(adapters, "urlopen", lambda *args, **kwargs: pytest.fail("spoken to"))

    assert "短信暂时发不出去" in ask_for_code(phone).content.decode()


def test_a_gateway_that_is_down_is_said_in_words(phone, settings, monkeypatch):
    settings.HEALTHCODE_SHOW_SIGNIN_CODE = False
    settings.HEALTHCODE_SMS_GATEWAY_URL = "https://sms.example.org/"

    def down(*args, **kwargs):
        raise URLError("no route")

    monkeypatch.setattr(adapters, "urlopen", down)

    assert "短信暂时发不出去" in ask_for_code(phone).content.decode()


def test_an_officer_cannot_sign_in_by_text_message(phone):
    sign_in(Client())
    User.objects.update(is_staff=True)

    code = shown_code(ask_for_code(phone))
    page = phone.post("/signin/code/", {"code": code}, follow=True).content.decode()

    assert "用户名登录" in page
    assert "_auth_user_id" not in phone.session


def test_a_locked_user_stays_outside(phone):
    sign_in(Client())
    User.objects.update(is_active=False)

    assert sign_in(phone)["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in phone.session


@pytest.mark.parametrize(
    ("asked", "reached"),
    [("/why/", "/why/"), ("https://evil.example/", "/"), ("//evil.example/", "/"), ("", "/")],
)
def test_signing_in_leads_only_to_pages_of_this_site(phone, asked, reached):
    assert sign_in(phone, next=asked)["Location"] == reached


def test_the_page_asked_for_survives_the_form(phone):
    page = phone.get("/why/", follow=True)

    assert page.redirect_chain == [("/signin/?next=/why/", 302)]


def test_a_fragment_that_is_sent_to_sign_in_takes_the_whole_page_along(phone):
    answer = phone.get("/signin/", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == "/signin/"


@pytest.mark.parametrize("number", ["", "12345", "hello", "+1"])
def test_what_is_no_phone_is_refused_in_words(phone, number):
    page = ask_for_code(phone, number).content.decode()

    assert "field__error" in page


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("110105194912310021", "校验位"),
        ("11010519491231", "位数或格式"),
        ("110105194913310021", "出生日期"),
    ],
)
def test_a_document_number_that_cannot_be_is_said_at_its_field(phone, number, words):
    sign_in(phone)
    form = {"document_type": "resident_id", "document_number": number, "name": "张三"}

    page = phone.post("/register/", form).content.decode()

    assert words in re.search(r'id_document_number_error">([^<]+)', page)[1]
    assert not Citizen.objects.exists()


def test_large_text_is_remembered_and_can_be_left(phone):
    answer = phone.post("/care/", {"care": "1", "next": "/signin/"})
    assert answer["Location"] == "/signin/"
    assert 'data-weui-mode="care"' in phone.get("/signin/").content.decode()

    phone.post("/care/", {"care": "", "next": "/signin/"})
    assert "data-weui-mode" not in phone.get("/signin/").content.decode()


def test_large_text_leads_nowhere_else(phone):
    assert phone.post("/care/", {"next": "https://evil.example/"})["Location"] == "/"


def test_english_is_english(phone):
    phone.post("/language/", {"language": "en", "next": "/signin/"})

    page = phone.get("/signin/").content.decode()

    assert "text you a code" in page
    assert re.findall("[\u4e00-\u9fff]+", page) == ["中文"]


@pytest.mark.parametrize("path", ["signup", "password/reset", "email", "login/code"])
def test_what_allauth_offers_and_nobody_needs_is_not_there(phone, path):
    sign_in(phone)

    assert phone.get(f"/accounts/{path}/").status_code == 404


def test_officers_sign_in_by_name_on_a_page_in_the_house_style(phone):
    User.objects.create_superuser("desk", "a long enough password")

    page = phone.get("/accounts/login/").content.decode()
    answer = phone.post("/accounts/login/", {"login": "desk", "password": "a long enough password"})

    assert "css/base.css" in page
    assert answer["Location"] == "/admin/"


def test_pages_on_the_way_in_are_kept_by_nobody_and_run_no_inline_code(phone):
    page = ask_for_code(phone)
    policy = page["Content-Security-Policy"]

    assert "no-store" in page["Cache-Control"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page.content.decode())
