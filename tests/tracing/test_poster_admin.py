"""Printing posters in the admin: from the venue's page, meant, and at once another one."""

import pytest
from django.test import Client

from accounts.models import AuditEvent
from accounts.roles import Role
from tests import oversight
from tests.oversight import Scene
from tests.tracing import paper
from tracing.errors import UnknownPoster
from tracing.models import Venue, Zone
from tracing.services.posters import zone_of_poster

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return oversight.one_of_everything()


@pytest.fixture
def office(scene) -> Client:
    """The browser of the venues' office."""
    return oversight.browser(oversight.officer(Role.VENUES))


def page_of(scene: Scene, *verb: str) -> str:
    return f"/admin/tracing/venue/{scene.venue.pk}/{(verb or ('change',))[0]}/"


def printed(client: Client, scene: Scene, **form: str):
    """The answer to the form, ticked unless said otherwise."""
    return client.post(page_of(scene, "poster"), {"zone_id": scene.zone.pk, "sure": "on"} | form)


def test_a_poster_is_a_pdf_with_a_code_that_names_the_zone(office, scene):
    answer = printed(office, scene)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="poster-{scene.zone.pk}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert zone_of_poster(text=paper.read(answer.content).text) == scene.zone


def test_each_printing_is_another_poster_and_the_one_before_ends(office, scene):
    first, second = (paper.read(printed(office, scene).content).text for _ in range(2))

    assert zone_of_poster(text=second) == scene.zone
    with pytest.raises(UnknownPoster):
        zone_of_poster(text=first)


def test_nothing_is_printed_before_it_is_said_to_be_meant(office, scene):
    answer = office.post(page_of(scene, "poster"), {"zone_id": scene.zone.pk})

    assert "errorlist" in answer.content.decode()
    assert Zone.objects.get(pk=scene.zone.pk).poster_hash is None
    assert not AuditEvent.objects.filter(action="poster.printed").exists()


def test_another_venues_zone_has_no_poster_here(office, scene):
    other = Zone.objects.create(venue=Venue.objects.create(name="别处", kind="shop"), name="厅")

    answer = printed(office, scene, zone_id=str(other.pk))

    assert "errorlist" in answer.content.decode()
    assert Zone.objects.get(pk=other.pk).poster_hash is None


def test_a_venues_page_says_since_when_each_zone_has_its_poster(office, scene):
    way = f"{page_of(scene, 'poster')}?zone={scene.zone.pk}"
    before = office.get(page_of(scene)).content.decode()
    assert f'<a href="{way}">打印</a>' in before
    chosen = f'<option value="{scene.zone.pk}" selected>'
    assert chosen in office.get(way).content.decode()

    printed(office, scene)

    after = office.get(page_of(scene)).content.decode()
    assert f'<a href="{way}">换新</a>' in after
    assert "海报已换新" in after
    assert Zone.objects.get(pk=scene.zone.pk).poster_at is not None


def test_a_venue_out_of_service_prints_none(office, scene):
    Venue.objects.filter(pk=scene.venue.pk).update(is_active=False)

    assert office.get(page_of(scene, "poster")).status_code == 302
    assert "打印</a>" not in office.get(page_of(scene)).content.decode()


def test_who_may_not_enrol_devices_prints_none(scene):
    auditor = oversight.browser(oversight.officer(Role.AUDITOR))

    assert printed(auditor, scene).status_code == 403
    assert "打印</a>" not in auditor.get(page_of(scene)).content.decode()
    assert Zone.objects.get(pk=scene.zone.pk).poster_hash is None
