"""The pages that show outbreaks: who may see them, and that nobody has a name there."""

import re
import time

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEvent, AuditEvent
from accounts.roles import Role
from tests import oversight
from tests.tracing.chained import Banquet, banquet
from tests.tracing.outbreak import rules_in_force
from tracing.models import Contact, VenueReview

pytestmark = pytest.mark.django_db

CHAIN, DAY = "/admin/tracing/case/{}/chain/", "/admin/tracing/venue/{}/day/?day=2022-09-15"
YIELD = "/admin/tracing/contact/rules/"
MAY = {
    "chain": {Role.TRACER, Role.AUDITOR},
    "day": {Role.TRACER, Role.AUDITOR},
    "rules": {Role.TRACER, Role.AUDITOR, Role.POLICY},
    "reviews": {Role.TRACER, Role.AUDITOR, Role.VENUES},
}


@pytest.fixture
def scene() -> Banquet:
    oversight.regions()
    rules_in_force()
    return banquet()


@pytest.fixture
def review(scene) -> VenueReview:
    now = timezone.now()
    venue = scene.hall.zone.venue
    dates = {"first_at": scene.zhang.window_from, "last_at": scene.zhang.window_until}
    return VenueReview.objects.create(
        venue=venue, district="310106", cases=3, proposed_at=now, **dates
    )


def client(role: Role | None) -> Client:
    return oversight.browser(oversight.officer(role))


def text_of(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_is_written_down_for_it_and_no_more(scene, review, role):
    who = client(role)
    paths = {
        "chain": (CHAIN.format(scene.li.pk), CHAIN.format(scene.li.pk) + "data/"),
        "day": (
            DAY.format(review.venue_id),
            DAY.format(review.venue_id).replace("/day/", "/day/data/"),
        ),
        "rules": (YIELD, YIELD + "?days=28"),
        "reviews": (
            "/admin/tracing/venuereview/",
            f"/admin/tracing/venuereview/{review.pk}/change/",
        ),
    }
    for part, addresses in paths.items():
        expected = 200 if role in MAY[part] else 403
        assert [who.get(path).status_code for path in addresses] == [expected] * 2, part


def test_strangers_are_sent_to_the_officers_sign_in(scene):
    for path in (CHAIN.format(scene.li.pk), CHAIN.format(scene.li.pk) + "data/", YIELD):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")


def test_nothing_that_is_drawn_or_said_has_a_name_a_number_or_a_phone():
    seen = oversight.one_of_everything()
    wang = client(None)
    for path in (CHAIN.format(seen.case.pk), CHAIN.format(seen.case.pk) + "data/"):
        text = text_of(wang.get(path))
        assert seen.li.ref[:8] in text
        assert not [word for word in oversight.SECRETS if word in text], path
        assert seen.li.ref not in text, "short references only"


def test_the_picture_and_the_table_say_the_same(scene):
    wang = client(None)
    page = text_of(wang.get(CHAIN.format(scene.li.pk)))
    data = wang.get(CHAIN.format(scene.li.pk) + "data/").json()

    refs = [dot["ref"] for dot in data["dots"]]
    drawn = {(refs[line["from"]], refs[line["to"]]) for line in data["lines"]}
    listed = set()
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.S):
        named = re.findall(r"[■□▲○]\xa0([0-9a-f]{8})", row)
        if len(named) == 2:
            listed.add(tuple(named))
    assert listed == drawn
    assert drawn


def test_every_dot_opens_its_record(scene):
    wang = client(None)
    data = wang.get(CHAIN.format(scene.li.pk) + "data/").json()

    for dot in data["dots"]:
        assert dot["ref"] in text_of(wang.get(dot["url"]))


def test_a_case_and_its_contacts_lead_to_the_chain_and_the_day(scene):
    wang = client(None)
    case = text_of(wang.get(f"/admin/tracing/case/{scene.li.pk}/change/"))
    met = Contact.objects.get(case=scene.zhang, citizen=scene.guests[0])
    contact = text_of(wang.get(f"/admin/tracing/contact/{met.pk}/change/"))
    venue = text_of(wang.get(f"/admin/tracing/venue/{scene.hall.zone.venue_id}/change/"))

    assert CHAIN.format(scene.li.pk) in case
    assert DAY.format(scene.hall.zone.venue_id) in contact
    assert f"/admin/tracing/venue/{scene.hall.zone.venue_id}/day/" in venue
    keeper = client(Role.VENUES)
    page = text_of(keeper.get(f"/admin/tracing/venue/{scene.hall.zone.venue_id}/change/"))
    assert "/day/" not in page


def test_the_page_and_its_picture_are_one_look(scene):
    tracer = client(Role.TRACER)
    for path in (CHAIN.format(scene.li.pk), CHAIN.format(scene.li.pk) + "data/"):
        tracer.get(path)

    look = AccessEvent.objects.get(citizen_id=scene.li.citizen_id)

    assert (look.actor, look.what) == ("user:tracer-1", "chain")


@pytest.mark.parametrize(
    "path",
    [CHAIN + "?after=x", DAY + "x", DAY.replace("2022-09-15", "9999-12-31"), DAY + "&after=1,2"],
)
def test_an_address_that_was_made_up_is_not_found(scene, path):
    number = scene.li.pk if "case" in path else scene.hall.zone.venue_id

    assert client(None).get(path.format(number)).status_code == 404


def test_a_period_that_is_not_offered_is_not_found(scene):
    for days in ("400", "x"):
        assert client(None).get(YIELD, {"days": days}).status_code == 404


def test_ten_thousand_contacts_stay_quick_and_readable(scene):
    case = scene.zhang
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_citizen (ref, document_type, document_fingerprint,"
            " document_sealed, district, community, created_at)"
            " SELECT md5(n::text), 'passport', decode(md5('d' || n), 'hex'), '', '310106', '',"
            " now() FROM generate_series(1, 20000) AS n RETURNING id"
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "WITH met AS (INSERT INTO tracing_contact (case_id, citizen_id, level, grade, setting,"
            " district, minutes, first_at, found_at) SELECT %s, id, 1,"
            " CASE WHEN n <= 10000 THEN 'close' ELSE 'casual' END, 'zone', '310106', 30,"
            " %s + make_interval(mins => (n %% 900)::int), now()"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS c (id, n) RETURNING id, first_at, grade)"
            " INSERT INTO tracing_encounter (contact_id, via_id, setting, minutes, first_at, grade,"
            " rule) SELECT id, %s, 'zone', 30, first_at, grade, 'near' FROM met",
            [case.pk, case.window_from, ids, case.citizen_id],
        )
        # The foreign keys' own look-ups were planned while the tables were empty.
        cursor.execute("DISCARD PLANS")
    wang = client(None)

    began = time.monotonic()
    data = wang.get(CHAIN.format(case.pk) + "data/?scope=case").json()
    took = time.monotonic() - began

    assert len(data["dots"]) <= 120
    [asked] = [dot for dot in data["dots"] if dot["asked"]]
    close = Contact.objects.filter(case=case, grade="close").count()
    assert f"密切接触者 {close:,}" in asked["text"][-1]
    assert "一般接触者 10,000" in asked["text"][-1]
    assert took < 3, f"{took:.2f} s"


# --- linked venues and rules -------------------------------------------------------------------


def test_a_linked_venue_shows_its_cases_to_those_who_may_see_cases(scene, review):
    path = f"/admin/tracing/venuereview/{review.pk}/change/"
    refs = [case.ref for case in (scene.zhang, scene.li, scene.wang)]

    page = text_of(client(Role.TRACER).get(path))
    keeper = text_of(client(Role.VENUES).get(path))

    assert [ref for ref in refs if ref in page] == refs
    assert not [ref for ref in refs if ref in keeper]
    assert "宴会厅" in keeper


def test_a_linked_venue_is_closed_with_what_was_done(review):
    tracer = client(Role.TRACER)
    assert "宴会厅" in text_of(tracer.get("/admin/"))
    path = f"/admin/tracing/venuereview/{review.pk}/close/"

    refused = tracer.post(path, {"outcome": "burnt down"})
    tracer.post(path, {"outcome": "cleaned"})
    again = text_of(tracer.post(path, {"outcome": "visited"}))

    assert "errorlist" in text_of(refused)
    review.refresh_from_db()
    assert (review.outcome, review.closed_by.username) == ("cleaned", "tracer-1")
    assert "已经有人处理过" in again
    assert AuditEvent.objects.filter(action="venuereview.closed").count() == 1
    assert review.venue.name not in text_of(tracer.get("/admin/tracing/venuereview/"))


def test_the_keepers_of_the_rules_find_the_page_and_no_small_numbers(scene):
    Contact.objects.update(found_at=timezone.now())
    keeper = client(Role.POLICY)

    assert YIELD in text_of(keeper.get("/admin/"))
    page = text_of(keeper.get(YIELD))
    assert "少于 5 人的数字不显示" in page
    assert "&lt;5" in page
    assert "near-in-zone" in page
    assert "&lt;5" not in text_of(client(Role.TRACER).get(YIELD))
