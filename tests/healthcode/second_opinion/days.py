"""Local days of a rule set: the only place where instants become dates and back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(instant: int, zone: str) -> date:
    """The local day that holds an instant."""
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> int:
    """The instant at which a local day begins."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def start_of_day(instant: int, number: int, zone: str) -> int:
    """00:00 of a numbered day; day 0 is the local day that holds the instant."""
    return midnight(day_of(instant, zone) + timedelta(days=number), zone)


def end_of_day(instant: int, number: int, zone: str) -> int:
    """24:00 of a numbered day; day 0 is the local day that holds the instant."""
    return start_of_day(instant, number + 1, zone)
