"""The real districts of Shanghai, and invented streets and communities below them.

The same in every city, whatever its seed. Street codes begin at 901: real ones do not, so that
no invented street bears a real one's code.
"""

from collections.abc import Iterator
from typing import NamedTuple

from accounts.models import RegionLevel
from tracing.services.city.names import place_name

CITY = "310000"
FIRST_STREET = 901
COMMUNITIES_PER_STREET = 4


class District(NamedTuple):
    """A district: code of GB/T 2260, names, residents of the census of 2020 in ten thousands."""

    code: str
    name: str
    name_en: str
    residents: int


DISTRICTS = (
    District("310101", "黄浦区", "Huangpu", 66),
    District("310104", "徐汇区", "Xuhui", 111),
    District("310105", "长宁区", "Changning", 69),
    District("310106", "静安区", "Jing'an", 98),
    District("310107", "普陀区", "Putuo", 124),
    District("310109", "虹口区", "Hongkou", 76),
    District("310110", "杨浦区", "Yangpu", 124),
    District("310112", "闵行区", "Minhang", 265),
    District("310113", "宝山区", "Baoshan", 224),
    District("310114", "嘉定区", "Jiading", 183),
    District("310115", "浦东新区", "Pudong", 568),
    District("310116", "金山区", "Jinshan", 82),
    District("310117", "松江区", "Songjiang", 191),
    District("310118", "青浦区", "Qingpu", 127),
    District("310120", "奉贤区", "Fengxian", 114),
    District("310151", "崇明区", "Chongming", 64),
)


class RegionRow(NamedTuple):
    """One row of the region table."""

    code: str
    name: str
    name_en: str
    level: int
    parent: str | None


class Street(NamedTuple):
    """A street or town with its number in the city."""

    code: str
    district: District
    number: int


def streets() -> Iterator[Street]:
    """Every street: one for about 400,000 residents, at least three in a district."""
    number = 0
    for district in DISTRICTS:
        for position in range(max(3, district.residents // 40)):
            yield Street(f"{district.code}{FIRST_STREET + position}", district, number)
            number += 1


def communities() -> list[str]:
    """The twelve-digit codes of all communities, in order."""
    numbers = range(1, COMMUNITIES_PER_STREET + 1)
    return [f"{street.code}{number:03}" for street in streets() for number in numbers]


def residents(community: str) -> float:
    """How many people live in a community, relative to the others."""
    inside = sum(street.district.code == community[:6] for street in streets())
    return _district(community).residents / inside / COMMUNITIES_PER_STREET


def region_rows() -> Iterator[RegionRow]:
    """City, districts, streets, communities: parents before children."""
    yield RegionRow(CITY, "上海市", "Shanghai", RegionLevel.CITY, None)
    for district in DISTRICTS:
        yield RegionRow(district.code, district.name, district.name_en, RegionLevel.DISTRICT, CITY)
    for street in streets():
        yield _street_row(street)
        yield from _community_rows(street)


def _street_row(street: Street) -> RegionRow:
    name, latin = place_name(street.number)
    town = street.district.residents > 110 and street.number % 3 == 0
    chinese, english = ("镇", "Town") if town else ("街道", "Subdistrict")
    parent = street.district.code
    return RegionRow(street.code, name + chinese, f"{latin} {english}", RegionLevel.STREET, parent)


def _community_rows(street: Street) -> Iterator[RegionRow]:
    name, latin = place_name(street.number)
    for number in range(1, COMMUNITIES_PER_STREET + 1):
        chinese = f"{name}第{'一二三四'[number - 1]}社区"
        english = f"{latin} No. {number} Community"
        code = f"{street.code}{number:03}"
        yield RegionRow(code, chinese, english, RegionLevel.COMMUNITY, street.code)


def _district(code: str) -> District:
    return next(district for district in DISTRICTS if district.code == code[:6])
