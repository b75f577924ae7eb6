"""The worklist: by due time, of one's own area, masked; and statements from a task's page."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Citizen
from accounts.roles import Role
from tests import oversight
from tests.journeys.world import ago
from tests.oversight import SECRETS, Scene
from tracing.models import ContactTask, Statement
from tracing.services import take_task

pytestmark = pytest.mark.django_db

LIST = "/admin/tracing/contacttask/"
ADD = "/admin/tracing/statement/add/"


@pytest.fixture
def scene() -> Scene:
    return oversight.one_of_everything()


@pytest.fixture
def sun(scene) -> Client:
    """A community worker's browser."""
    return oversight.browser(oversight.officer(Role.COMMUNITY, "sun"))


@pytest.fixture
def qian(scene) -> Client:
    """A tracer's browser."""
    return oversight.browser(oversight.officer(Role.TRACER, "qian"))


def task(scene: Scene, **fields) -> ContactTask:
    """Another task of Li Si, due in a while."""
    first = ContactTask.objects.order_by("pk")[0]
    known = {
        "case": first.case,
        "contact": first.contact,
        "citizen": scene.li,
        "kind": "place",
        "wanted": "home_isolation",
        "starts_at": ago(hours=1),
        "due_at": ago(hours=-5),
        "district": "310106",
        "street": "310106001",
        "community": "310106001001",
        "made_at": ago(hours=1),
    }
    return ContactTask.objects.create(**known | fields)


def page(client: Client, url: str, **query) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return answer.content.decode()


def where_in(text: str, *tasks: ContactTask) -> list[int]:
    return [text.index(f"{LIST}{one.pk}/change/") for one in tasks]


def test_the_most_urgent_comes_first_and_what_is_late_says_so(sun, scene):
    soon = task(scene)
    late = ContactTask.objects.get(kind="call")
    text = page(sun, LIST)
    first, second = where_in(text, late, soon)
    assert first < second
    assert "逾期" in text[first : first + 400]
    assert "逾期" not in text[second : second + 400]


def test_nobody_is_named(sun, scene):
    for url in (LIST, f"{LIST}{ContactTask.objects.get().pk}/change/", "/admin/"):
        text = page(sun, url)
        assert not [secret for secret in SECRETS if secret in text]
        assert scene.case.ref not in text
        assert scene.zhang.ref not in text


@pytest.mark.parametrize(
    ("area", "found"),
    [
        ("310106", True),
        ("310106001", True),
        ("310106001001", True),
        ("310106002", False),
        ("310101", False),
        ("3101", False),
        ("' OR 1=1", False),
    ],
)
def test_an_area_is_picked_by_the_code_of_its_level(sun, scene, area, found):
    assert ("没有符合条件的记录" in page(sun, LIST, area=area)) is not found


def test_tasks_are_filtered_by_whose_they_are_and_when_they_are_due(sun, scene):
    soon, late = task(scene), ContactTask.objects.get(kind="call")
    sun_ = oversight.User.objects.get(username="sun")
    take_task(task_id=soon.pk, by=sun_, now=timezone.now())
    for query, shown, hidden in (
        ({"whose": "mine"}, soon, late),
        ({"whose": "nobody"}, late, soon),
        ({"due": "late"}, late, soon),
        ({"due": "day"}, soon, late),
        ({"kind__exact": "call"}, late, soon),
    ):
        text = page(sun, LIST, **query)
        assert f"{LIST}{shown.pk}/change/" in text, query
        assert f"{LIST}{hidden.pk}/change/" not in text, query


def test_what_is_done_or_closed_is_listed_elsewhere(sun, scene):
    closed = task(scene, state="closed", contact=None)
    assert f"{LIST}{closed.pk}/change/" not in page(sun, LIST)
    assert f"{LIST}{closed.pk}/change/" in page(sun, LIST, state="closed")


def test_pages_go_on_after_the_last_row_also_where_many_are_due_at_once(sun, scene):
    due = ago(hours=-3)
    many = [task(scene, kind="test", wanted=f"{number}", due_at=due) for number in range(60)]
    answer = sun.get(LIST)
    following = answer.context["cl"].next_url
    text = page(sun, LIST + following.replace("&amp;", "&"))
    assert f"{LIST}{many[-1].pk}/change/" in text
    assert f"{LIST}{many[0].pk}/change/" not in text


LISTINGS = [
    ("310106", "task_due_district"),
    ("310106001", "task_due_street"),
    ("310106001001", "task_due_community"),
    ("", "task_due"),
]


@pytest.mark.parametrize(("area", "index"), LISTINGS)
def test_the_list_reads_one_table_by_the_index_of_its_area(sun, scene, area, index):
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"task": ContactTask.objects.get().pk})
        cursor.execute("ANALYZE tracing_contacttask")
    with CaptureQueriesContext(connection) as seen:
        page(sun, LIST, **({"area": area} if area else {}))
    keys = next(
        query["sql"]
        for query in seen
        if query["sql"].startswith('SELECT "tracing_contacttask"."due_at"')
    )
    assert "JOIN" not in keys
    plan = _plan(keys)
    assert plan["Node Type"] == "Limit"
    scan = plan["Plans"][0]
    assert (scan["Node Type"].startswith("Index"), scan["Index Name"]) == (True, index)


#: A city's worth: many districts, streets and communities, most tasks done.
MANY = """
INSERT INTO tracing_contacttask (case_id, contact_id, citizen_id, kind, wanted, starts_at, due_at,
  district, street, community, state, made_at, tries, outcome, done_by_id, done_at)
SELECT case_id, NULL, citizen_id, 'test', '', starts_at, due_at + n * interval '1 minute',
  (310100 + n %% 16)::text, (310100 + n %% 16)::text || lpad((n %% 13)::text, 3, '0'),
  (310100 + n %% 16)::text || lpad((n %% 13)::text, 3, '0') || lpad((n %% 20)::text, 3, '0'),
  CASE WHEN n %% 3 = 0 THEN 'open' ELSE 'closed' END, made_at, 0, '', NULL, NULL
FROM tracing_contacttask, generate_series(1, 20000) AS n WHERE id = %(task)s
"""


def _plan(statement: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        (answer,) = cursor.fetchone()
    [found] = json.loads(answer) if isinstance(answer, str) else answer
    return found["Plan"]


def test_the_list_costs_the_same_however_many_are_shown(sun, scene, django_assert_max_num_queries):
    with CaptureQueriesContext(connection) as one:
        page(sun, LIST)
    for number in range(30):
        task(scene, wanted=f"{number}")
    with django_assert_max_num_queries(len(one)):
        page(sun, LIST)


def test_a_call_goes_from_taken_to_done(sun, scene):
    url = f"{LIST}{ContactTask.objects.get().pk}"
    sun.post(f"{url}/take/")
    sun.post(f"{url}/try/", {"seen": 0})
    sun.post(f"{url}/finish/", {"outcome": "reached"})
    done = ContactTask.objects.get()
    assert (done.assignee.username, done.tries, done.outcome) == ("sun", 1, "reached")
    text = page(sun, f"{url}/change/")
    for words in ("领取", "未联系到，计一次", "已联系到", "完成人"):
        assert words in text
    sun.post(f"{url}/reopen/")
    assert ContactTask.objects.get().state == "open"


def test_a_page_sent_twice_counts_one_try(sun, scene):
    url = f"{LIST}{ContactTask.objects.get().pk}/try/"
    assert 'name="seen"' in page(sun, url)
    sun.post(url, {"seen": 0})
    again = sun.post(url, {"seen": 0})
    assert "已经有人处理过" in again.content.decode()
    assert ContactTask.objects.get().tries == 1


def test_each_kind_offers_its_own_outcomes(sun, scene):
    call, place = ContactTask.objects.get(), task(scene)
    assert "已联系到" in page(sun, f"{LIST}{call.pk}/finish/")
    text = page(sun, f"{LIST}{place.pk}/finish/")
    assert "已安排" in text
    assert 'value="reached"' not in text
    refused = sun.post(f"{LIST}{place.pk}/finish/", {"outcome": "elsewhere"})
    assert refused.status_code == 200
    assert ContactTask.objects.get(pk=place.pk).state == "open"


def test_a_task_is_passed_on_and_given(sun, scene):
    url = f"{LIST}{ContactTask.objects.get().pk}"
    oversight.officer(Role.TRACER, "zhou")
    assert "没有这位同事" in sun.post(f"{url}/give/", {"to": "nobody"}).content.decode()
    sun.post(f"{url}/give/", {"to": "zhou"})
    assert ContactTask.objects.get().assignee.username == "zhou"
    unknown = sun.post(f"{url}/pass-on/", {"region": "999999"})
    assert "没有这个辖区" in unknown.content.decode()
    sun.post(f"{url}/pass-on/", {"region": "310106001"})
    moved = ContactTask.objects.get()
    assert (moved.street, moved.community, moved.assignee) == ("310106001", "", None)


def test_the_first_page_shows_what_is_most_urgent(sun, qian, scene):
    for client in (sun, qian):
        text = page(client, "/admin/")
        assert "待办任务" in text
        assert f"{LIST}{ContactTask.objects.get().pk}/change/" in text
    assert "待复核陈述" in page(qian, "/admin/")
    assert "待复核陈述" not in page(sun, "/admin/")


def test_a_task_leads_to_the_recorded_look_and_to_a_statement(sun, scene):
    found = ContactTask.objects.get()
    text = page(sun, f"{LIST}{found.pk}/change/")
    assert f"/admin/accounts/citizen/{scene.li.pk}/reveal/" in text
    assert f"{ADD}?task={found.pk}" in text


# --- statements --------------------------------------------------------------------------------

MEETING = {
    "first_at": "2022-09-18T12:00",
    "last_at": "2022-09-18T12:30",
    "document": "静防流调 7 号",
    "setting": "car",
}


def times(first: int, last: int) -> dict[str, str]:
    """So many hours ago, as a browser's picker sends it."""
    shape = "%Y-%m-%dT%H:%M"
    start, end = (timezone.localtime(ago(hours=hours)) for hours in (first, last))
    return {"first_at": start.strftime(shape), "last_at": end.strftime(shape)}


def test_a_worker_writes_down_whom_a_contact_met_without_seeing_the_case(sun, scene):
    url = f"{ADD}?task={ContactTask.objects.get().pk}"
    text = page(sun, url)
    assert scene.case.ref not in text
    assert "case_ref" not in text
    other = Citizen.objects.exclude(pk__in=[scene.li.pk, scene.zhang.pk]).get()
    sun.post(url, MEETING | times(30, 29) | {"met_ref": other.ref})
    said = Statement.objects.latest("pk")
    assert (said.teller, said.met, said.case, said.setting) == (scene.li, other, scene.case, "car")
    assert (said.face_to_face, said.approved_at) == (None, None)


def test_a_place_is_found_by_its_name_or_number(sun, scene):
    url = f"{ADD}?task={ContactTask.objects.get().pk}"
    said = {"document": "静防流调 8 号", **times(30, 29)}
    place = scene.zone.place
    for words in (str(place.pk), "老城厢", scene.venue.name):
        sun.post(url, {**said, "place": words})
        assert Statement.objects.latest("pk").place_id == place.pk
        Statement.objects.latest("pk").delete()
    assert "没有找到这个地方" in sun.post(url, {**said, "place": "不存在"}).content.decode()


def test_a_name_that_fits_several_places_asks_which(sun, scene):
    from tests.tracing.outbreak import room

    room("老城厢面馆", kind="restaurant")
    url = f"{ADD}?task={ContactTask.objects.get().pk}"
    text = sun.post(url, {"document": "8 号", "place": "老城厢", **times(30, 29)}).content.decode()
    assert "有几处符合" in text
    assert str(scene.zone.place.pk) in text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (times(29, 30), "结束早于开始"),
        (times(1, -1), "不能在将来"),
        (times(60, 30), "太长了"),
        (times(24 * 40, 24 * 40 - 1), "已按期删除"),
        ({"met_ref": "0" * 32}, "没有找到"),
        ({"met_ref": "", "setting": ""}, "二者只填其一"),
        ({"distance_m": "-1"}, "确保该值大于或等于"),
        ({"document": ""}, "是必填项"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(sun, scene, wrong, words):
    before = Statement.objects.count()
    url = f"{ADD}?task={ContactTask.objects.get().pk}"
    sent = MEETING | times(30, 29) | {"met_ref": scene.zhang.ref} | wrong
    text = sun.post(url, sent).content.decode()
    assert words in text, text[text.find("errorlist") - 300 : text.find("errorlist") + 300]
    assert Statement.objects.count() == before


def test_a_second_officer_approves_and_takes_back(qian, scene):
    statement = Statement.objects.get()
    url = f"/admin/tracing/statement/{statement.pk}"
    text = page(qian, "/admin/tracing/statement/")
    assert statement.document in text
    qian.post(f"{url}/approve/")
    statement.refresh_from_db()
    assert statement.approved_by.username == "qian"
    assert statement.document not in page(qian, "/admin/tracing/statement/")
    assert statement.document in page(qian, "/admin/tracing/statement/", state="standing")
    qian.post(f"{url}/withdraw/")
    statement.refresh_from_db()
    assert statement.withdrawn_by.username == "qian"


def test_nobody_approves_their_own_on_the_page_either(scene):
    wang = oversight.browser(oversight.officer())
    text = wang.post(f"/admin/tracing/statement/{Statement.objects.get().pk}/approve/")
    assert "需由另一位同事操作" in text.content.decode()
    assert Statement.objects.get().approved_at is None


def test_a_cases_page_leads_to_a_statement_of_its_person(qian, scene):
    text = page(qian, ADD, case=scene.case.ref)
    assert scene.case.ref in text
    assert scene.zhang.ref in text


def test_a_worker_sees_no_case_on_a_statement(sun, qian, scene):
    url = f"/admin/tracing/statement/{Statement.objects.get().pk}/change/"
    assert f"/tracing/case/{scene.case.pk}/" not in page(sun, url)
    assert f"/tracing/case/{scene.case.pk}/" in page(qian, url)
    assert sun.post(url.replace("change", "approve")).status_code == 403
