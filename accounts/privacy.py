"""The whole catalogue of data about people, collected from the apps."""

import sys
from collections.abc import Iterable, Mapping

from django.apps import apps
from django.utils.module_loading import autodiscover_modules

from accounts.personal_data import THE_SERVICE, Catalogue, Erase, Fate, Keep, Personal

HEAD = ("data", "what for", "until")


def catalogue() -> dict[str, Fate]:
    """What becomes of every field, by "app.Model.field".

    Raises ValueError when two apps list the same model.
    """
    return {
        f"{model}.{field}": fate for model, fields in _models().items() for field, fate in fields
    }


def deadlines() -> dict[str, Keep]:
    """The models whose rows are deleted by the clock, and after how long.

    Raises ValueError for a model with more than one clock: rows are deleted whole.
    """
    found = {model: _keeps(dict(fields)) for model, fields in _models().items()}
    if torn := [model for model, keeps in found.items() if len(keeps) > 1]:
        raise ValueError(f"more than one end: {', '.join(torn)}")
    return {model: keep for model, keeps in found.items() for keep in keeps}


def data_map() -> str:
    """The catalogue of personal fields as a table in Markdown: a line per model and purpose."""
    lines = [_line(*HEAD), _line(*("---" for _ in HEAD))]
    for model, fields in _models().items():
        above = ""
        for fate, names in _by_fate(fields).items():
            until = _until(fate, model)
            data = f"`{model}`: {', '.join(names)}"
            lines.append(_line(data, fate.purpose, "as above" if until == above else until))
            above = until
    return "\n".join(lines) + "\n"


def _by_fate(fields: Iterable[tuple[str, Fate]]) -> dict[Personal, list[str]]:
    found: dict[Personal, list[str]] = {}
    for name, fate in fields:
        if isinstance(fate, Personal):
            found.setdefault(fate, []).append(name)
    return found


def _models() -> Mapping[str, list[tuple[str, Fate]]]:
    """Every app's `personal_data`, found as the admin finds its modules."""
    autodiscover_modules("personal_data")
    found: dict[str, list[tuple[str, Fate]]] = {}
    for app in reversed(list(apps.get_app_configs())):
        module = sys.modules.get(f"{app.name}.personal_data")
        own: Catalogue = module.PERSONAL_DATA if module else {}
        if twice := found.keys() & own.keys():
            raise ValueError(f"listed by two apps: {', '.join(sorted(twice))}")
        found |= {model: list(fields.items()) for model, fields in own.items()}
    return found


def _keeps(fields: Mapping[str, Fate]) -> set[Keep]:
    ends = {fate.end for fate in fields.values() if isinstance(fate, Personal)}
    return {end for end in ends if isinstance(end, Keep)}


def _until(fate: Personal, model: str) -> str:
    match fate.end:
        case Keep(days, since, why, unless):
            clock = " or ".join(f"`{name}`" for name in since)
            held = f", unless {unless}" if unless else ""
            return f"{_count(days)} after {clock}{held} ({why})"
        case Erase(with_) if with_ == THE_SERVICE:
            return "the service ends"
        case Erase(with_):
            return "the record ends" if with_ == model else f"with its `{with_}`"


def _count(days: int) -> str:
    return {0: "the night", 1: "1 day"}.get(days, f"{days} days")


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
