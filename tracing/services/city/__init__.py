"""A made-up city to run the service on: the same plan, the same city.

Everybody and everything in it is invented but the districts of Shanghai and their codes.
"""

from tracing.services.city.build import FILES, build_city
from tracing.services.city.officers import ADMINISTRATOR
from tracing.services.city.plan import CityPlan, CityRefused
from tracing.services.city.telling import Story, offer_device, tell_story

__all__ = [
    "ADMINISTRATOR",
    "FILES",
    "CityPlan",
    "CityRefused",
    "Story",
    "build_city",
    "offer_device",
    "tell_story",
]
