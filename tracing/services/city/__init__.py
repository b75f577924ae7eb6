"""A made-up city to run the service on: the same plan, the same city.

Everybody and everything in it is invented but the districts of Shanghai and their codes.
"""

from tracing.services.city.build import FILES, build_city
from tracing.services.city.plan import CityPlan, CityRefused

__all__ = ["FILES", "CityPlan", "CityRefused", "build_city"]
