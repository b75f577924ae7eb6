"""The code page, its fragment, pulse, reasons and appeals, as a browser meets them."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from healthcode.colours import Colour
from healthcode.models import Appeal, HealthStatus
from healthcode.services import answer_appeal
from healthcode.views.words import action_of, ago, deadline, span
from tests.journeys import world
from tests.journeys.world import ZHANG_SAN, hand_in, pcr

PHONE = "+8613800138000"
MON = datetime.fromisoformat("2022-11-21T12:00:00+08:00")
PAGES = ("/", "/code/fragment/", "/why/", "/appeal/")


@pytest.fixture
def lab(db):
    cache.clear()
    world.rules_in_force()
    return world.source("lab", "test")


@pytest.fixture
def phone(lab):
    """Zhang San's phone."""
    return world.phone_of(ZHANG_SAN, "张小三", PHONE)


def text_of(answer):
    return answer.content.decode()


def in_english(phone):
    phone.post("/language/", {"language": "en", "next": "/"})
    return phone


def seen_on(page):
    return re.search(r'"X-Seen": "([^"]*)"', page)[1]


def test_the_page_names_colour_shape_word_and_the_end_of_the_code(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))

    page = text_of(phone.get("/"))

    assert 'data-colour="green"' in page
    assert "icon--circle-tick" in page
    assert "可通行" in page
    assert "6 小时前 阴性" in page
    assert re.search(r"二维码有效至 \d\d:\d\d:\d\d", page)


def test_somebody_never_tested_is_grey_and_told_what_helps(phone):
    page = text_of(phone.get("/"))

    assert 'data-colour="unassessed"' in page
    assert "暂时无法判断" in page
    assert "做一次核酸" in page


def test_the_fragment_is_the_card_alone_and_expires_after_it_is_renewed(phone):
    fragment = text_of(phone.get("/code/fragment/"))
    shown = {
        name: int(re.search(rf'data-{name}="(\d+)"', fragment)[1])
        for name in ("now", "renew", "expires")
    }

    assert "<html" not in fragment
    assert 59_000 < shown["renew"] - shown["now"] <= 60_000
    assert shown["expires"] - shown["renew"] == 30_000


def test_the_page_renews_itself_without_scripts(phone):
    page = text_of(phone.get("/"))

    assert re.search(r'<noscript>\s*<meta http-equiv="refresh" content="60">', page)


def test_the_pulse_is_silent_while_the_page_shows_the_present_decision(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    seen = seen_on(text_of(phone.get("/")))

    answer = phone.get("/code/pulse/", headers={"X-Seen": seen})

    assert answer.status_code == 204
    assert "HX-Trigger" not in answer


def test_the_pulse_asks_to_renew_when_another_decision_was_made(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    seen = seen_on(text_of(phone.get("/")))
    hand_in(lab, pcr(ZHANG_SAN, "a2", result="positive", at=world.ago(hours=1)))
    world.status_after_the_sweep(ZHANG_SAN)

    answer = phone.get("/code/pulse/", headers={"X-Seen": seen})

    assert answer["HX-Trigger"] == "renew"


def test_the_pulse_asks_to_renew_as_soon_as_facts_changed_without_waiting_for_the_sweep(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    seen = seen_on(text_of(phone.get("/")))
    hand_in(lab, pcr(ZHANG_SAN, "a2", result="positive", at=world.ago(hours=1)))

    answer = phone.get("/code/pulse/", headers={"X-Seen": seen})

    assert answer["HX-Trigger"] == "renew"


def test_the_pulse_costs_four_reads(lab, phone, django_assert_num_queries):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    seen = seen_on(text_of(phone.get("/")))

    with django_assert_num_queries(4):
        phone.get("/code/pulse/", headers={"X-Seen": seen})


def test_without_a_signing_key_the_page_says_so_and_shows_no_colour(phone, settings, tmp_path):
    settings.HEALTHCODE_KEYS_DIR = tmp_path

    for path in ("/", "/code/fragment/"):
        answer = phone.get(path)
        assert answer.status_code == 503
        assert "暂时出不了码" in text_of(answer)
        assert "data-colour" not in text_of(answer)


@pytest.mark.parametrize("path", PAGES)
def test_personal_pages_are_kept_by_nobody_and_run_no_inline_code(lab, phone, path):
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))

    answer = phone.get(path)
    page = text_of(answer)

    assert "no-store" in answer["Cache-Control"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", page)


def test_no_address_on_any_page_speaks_of_the_person(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))
    person = world.citizen(ZHANG_SAN)

    for path in PAGES:
        for address in re.findall(r'(?:href|action|hx-get)="([^"]*)"', text_of(phone.get(path))):
            assert "?" not in address
            assert not {person.ref, PHONE[3:], ZHANG_SAN, "张小三"} & set(address.split("/"))


@pytest.mark.parametrize("path", PAGES)
def test_english_pages_are_english(lab, phone, path):
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive", pool_size=10))

    page = text_of(in_english(phone).get(path))

    spoken = re.sub(r"<span class=\"name__\w+\">[^<]*</span>", "", page)
    assert set(re.findall("[\u4e00-\u9fff]+", spoken)) <= {"中文"}


def test_only_the_holder_of_a_code_sees_the_pages(lab):
    world.phone_of(ZHANG_SAN, "张小三", PHONE)
    stranger = world.sign_in("+8613900139000")

    for path in ("/", "/why/", "/appeal/"):
        assert stranger.get(path)["Location"] == "/register/"
    assert stranger.get("/code/fragment/", headers={"HX-Request": "true"})["HX-Redirect"] == "/"


def test_an_officer_without_a_code_is_led_to_the_admin(lab):
    officer = Client()
    officer.force_login(User.objects.create_superuser("desk", "a long enough password"))

    assert officer.get("/")["Location"] == "/admin/"


def test_every_reason_names_its_evidence_its_start_its_end_and_its_release(lab, phone):
    sampled = world.ago(hours=3)
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive", pool_size=10, at=sampled))

    page = text_of(phone.get("/why/"))

    local = timezone.localtime(sampled)
    assert f"{local.month}月{local.day}日 {local:%H:%M}，核酸采样，阳性" in page
    assert "满足解除条件即止" in page
    assert "单管核酸结果为阴性" in page
    assert "tube-positive" in page


def test_an_appeal_can_be_filed_once_per_reason_and_its_answer_is_read(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))
    phone.post("/appeal/", {"rule": "first-positive", "text": "这不是我的样本"})
    assert "现在没有可以申诉的情况" in text_of(phone.get("/appeal/"))

    desk = User.objects.create_superuser("desk", "a long enough password")
    appeal = Appeal.objects.get()
    answer_appeal(appeal_id=appeal.pk, answer="已核对条码", by=desk, now=timezone.now())

    page = text_of(phone.get("/appeal/"))
    assert "已核对条码" in page
    assert "desk" not in page


@pytest.mark.parametrize(
    "form",
    [
        {"rule": "first-positive", "text": ""},
        {"rule": "first-positive", "text": "啊" * 1001},
        {"rule": "someone-elses", "text": "不对"},
        {},
    ],
)
def test_an_appeal_that_says_nothing_or_names_no_reason_of_mine_is_not_filed(lab, phone, form):
    hand_in(lab, pcr(ZHANG_SAN, "a1", result="positive"))

    answer = phone.post("/appeal/", form)

    assert answer.status_code == 200
    assert not Appeal.objects.exists()


def test_there_is_nothing_to_appeal_against_on_a_green_code(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))

    assert "<textarea" not in text_of(phone.get("/appeal/"))
    assert phone.post("/appeal/", {"rule": "x", "text": "y"}).status_code == 200


def test_reading_pages_changes_no_colour(lab, phone):
    hand_in(lab, pcr(ZHANG_SAN, "a1"))
    phone.get("/")
    before = HealthStatus.objects.values().get()

    for path in (*PAGES, "/code/pulse/"):
        phone.get(path)

    assert HealthStatus.objects.values().get() == before


def test_midnight_is_24_o_clock_of_the_day_that_ends():
    assert deadline(datetime.fromisoformat("2022-11-29T00:00:00+08:00")) == "11月28日 24:00"
    assert deadline(MON) == "11月21日 12:00"


def test_a_whole_day_is_named_by_itself():
    start = datetime.fromisoformat("2022-11-21T00:00:00+08:00")

    assert span(start, start + timedelta(days=1)) == "11月21日"
    assert span(start, start + timedelta(days=2)) == "11月21日 00:00 – 11月22日 24:00"
    assert span(start, None) == "11月21日 00:00 起"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=-5), "0 分钟前"),
        (timedelta(minutes=59), "59 分钟前"),
        (timedelta(hours=47, minutes=59), "47 小时前"),
        (timedelta(hours=48), "2 天前"),
    ],
)
def test_ages_are_said_in_the_largest_whole_unit(past, words):
    assert ago(MON - past, now=MON) == words


def reason(until=None, earliest=None):
    return {"until": until, "earliest": earliest}


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ([], "请不要外出"),
        ([reason(until="2022-11-29T00:00:00+08:00")], "请不要外出，至 11月28日 24:00"),
        (
            [reason("2022-12-13T00:00:00+08:00", "2022-11-29T00:00:00+08:00")],
            "请不要外出，最早至 11月28日 24:00",
        ),
        ([reason(until="2022-11-29T00:00:00+08:00"), reason()], "请不要外出"),
        (
            [reason("2022-11-25T00:00:00+08:00"), reason(None, "2022-11-29T00:00:00+08:00")],
            "请不要外出，最早至 11月28日 24:00",
        ),
    ],
)
def test_an_end_is_promised_only_when_every_reason_knows_its_own(reasons, words):
    with translation.override("zh-hans"):
        assert action_of(Colour.RED, reasons) == words
