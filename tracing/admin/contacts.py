"""Contacts: who was found by tracing a case, on what encounters. No names anywhere."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.lists import DistrictFilter, by_ref
from accounts.admin.show import (
    NOTHING,
    Column,
    Fact,
    Table,
    at,
    citizen_link,
    link,
    moment,
    region_names,
    short,
    shown,
    with_region,
)
from healthcode.admin.words import chip
from tracing.admin.rule_yield import RuleYieldPages
from tracing.admin.venue_day import day_link, may_see_days
from tracing.admin.words import grade_tag, place_word, refs_of, setting_word
from tracing.models import Case, Contact, ContactGrade, Encounter, Place

CONTACT = "tracing_contact_change"
#: Of each grade on a case's page; the list of contacts has the rest.
SHOWN = 50

COLUMNS = (
    _("居民"),
    _("当前颜色"),
    _("情形"),
    Column(_("分钟"), numeric=True),
    _("首次"),
    _("末次"),
    _("地点"),
    _("经由"),
    _("规则"),
)


def count_contacts(case: Case) -> list[tuple[str, int]]:
    """How many of each grade, the strongest first; grades without anybody too."""
    groups = case.contacts.order_by().values_list("grade").annotate(Count("pk"))
    counts = dict(groups)
    return [(str(grade.label), counts.get(grade.value, 0)) for grade in ContactGrade]


def contact_tables(case: Case) -> list[Table]:
    """A table per grade: seven statements however many contacts there are."""
    counts = count_contacts(case)
    pages = [_page(case, grade) for grade in ContactGrade]
    proof = Proof(contact for page in pages for contact in page)
    url = reverse("admin:tracing_contact_changelist")
    return [
        Table(
            title=f"{label} · {count}",
            columns=COLUMNS,
            rows=[_row(contact, case, proof) for contact in page],
            empty=_("没有。"),
            more=f"{url}?case={case.ref}&grade__exact={grade.value}" if count > len(page) else "",
        )
        for grade, (label, count), page in zip(ContactGrade, counts, pages, strict=True)
    ]


class Proof:
    """Of each contact the longest encounter of its grade, its place and who was met."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        """Four statements."""
        ids = [contact.pk for contact in contacts]
        telling = Encounter.objects.filter(contact_id__in=ids, grade=F("contact__grade"))
        rows = telling.order_by("contact_id", "-minutes", "pk").distinct("contact_id")
        self.encounters = {row.contact_id: row for row in rows}
        self.places, self.districts = _places(self.encounters.values())
        self.refs = refs_of(row.via_id for row in self.encounters.values())


def _places(encounters: Iterable[Encounter]) -> tuple[dict[int, Place], dict[str, str]]:
    ids = {row.place_id for row in encounters if row.place_id}
    places = Place.objects.select_related("zone__venue").in_bulk(list(ids))
    return places, region_names([place.district for place in places.values()])


def _page(case: Case, grade: ContactGrade) -> list[Contact]:
    contacts = case.contacts.filter(grade=grade).select_related("citizen__status")
    return list(contacts.order_by("-last_at", "pk")[:SHOWN])


def _row(contact: Contact, case: Case, proof: Proof) -> Sequence[Any]:
    met = proof.encounters.get(contact.pk)
    place = proof.places.get(met.place_id) if met and met.place_id else None
    return (
        link(short(contact.citizen.ref), CONTACT, contact.pk),
        chip(contact.citizen.status.colour),
        setting_word(contact.setting),
        NOTHING if contact.minutes is None else contact.minutes,
        moment(contact.first_at),
        moment(contact.last_at) if contact.last_at else _("仍在接触"),
        place_word(place, proof.districts),
        _via(met, case, proof.refs),
        met.rule if met else NOTHING,
    )


def _via(met: Encounter | None, case: Case, refs: dict[int, str]) -> Any:
    if met is None:
        return NOTHING
    return _("病例本人") if met.via_id == case.citizen_id else short(refs.get(met.via_id, ""))


def _where(
    met: Encounter, places: dict[int, Place], districts: dict[str, str], *, linked: bool
) -> str:
    place = places.get(met.place_id or 0)
    words = place_word(place, districts)
    return day_link(words, place, met.first_at) if linked else words


@admin.register(Contact)
class ContactAdmin(RuleYieldPages):
    """All contacts of all cases, newest first."""

    section = "TRACING"
    position = 20
    label = pgettext_lazy("page", "接触者")
    intro = _("追踪得出的接触者。一般接触者只留作线索，不改变颜色。")
    list_display = (
        shown(_("居民"), lambda row: link(short(row.citizen.ref), CONTACT, row.pk)),
        shown(_("当前颜色"), lambda row: chip(row.citizen.status.colour)),
        shown(_("等级"), lambda row: grade_tag(row.grade)),
        shown(_("情形"), lambda row: setting_word(row.setting)),
        shown(_("分钟"), lambda row: row.minutes, numeric=True),
        at(_("首次"), "first_at"),
        at(_("末次"), "last_at"),
        shown(_("区"), lambda row: row.region_name),
        shown(_("病例"), lambda row: link(short(row.case.ref), "tracing_case_change", row.case_id)),
    )
    list_display_links = None
    list_filter = (
        "grade",
        DistrictFilter,
        by_ref("case", _("病例编号"), Case),
    )

    def rows_of_page(self, rows: QuerySet[Contact]) -> QuerySet[Contact]:
        """With the colour as it is now."""
        return with_region(rows.select_related("citizen__status", "case"))

    def heading(self, row: Contact) -> str:
        """A contact has no name."""
        return str(_("接触者 %(ref)s")) % {"ref": row.citizen.ref[:8]}

    def facts(self, request: HttpRequest, row: Contact) -> list[Fact]:
        """What counts of all encounters."""
        return [
            Fact(_("居民"), citizen_link(row.citizen_id, row.citizen.ref)),
            Fact(_("当前颜色"), chip(row.citizen.status.colour)),
            Fact(_("病例"), link(short(row.case.ref), "tracing_case_change", row.case_id)),
            Fact(_("等级"), grade_tag(row.grade)),
            Fact(_("层级"), row.level),
            Fact(_("情形"), setting_word(row.setting)),
            Fact(_("分钟"), NOTHING if row.minutes is None else row.minutes),
            Fact(_("首次"), moment(row.first_at)),
            Fact(_("末次"), moment(row.last_at) if row.last_at else _("仍在接触")),
            Fact(_("发现时间"), moment(row.found_at)),
        ]

    def tables(self, request: HttpRequest, row: Contact) -> list[Table]:
        """The encounters that prove it."""
        encounters = list(row.encounters.order_by("first_at", "pk")[:200])
        places, districts = _places(encounters)
        refs = refs_of(met.via_id for met in encounters)
        rows = [
            (
                grade_tag(met.grade),
                setting_word(met.setting),
                _where(met, places, districts, linked=may_see_days(request)),
                NOTHING if met.minutes is None else met.minutes,
                NOTHING if met.rows_apart is None else met.rows_apart,
                moment(met.first_at),
                moment(met.last_at) if met.last_at else _("仍在接触"),
                _via(met, row.case, refs),
                met.rule,
            )
            for met in encounters
        ]
        return [Table(_("接触"), ENCOUNTERS, rows, empty=_("没有。"))]


ENCOUNTERS = (
    _("等级"),
    _("情形"),
    _("地点"),
    Column(_("分钟"), numeric=True),
    Column(_("相隔排数"), numeric=True),
    _("首次"),
    _("末次"),
    _("经由"),
    _("规则"),
)
