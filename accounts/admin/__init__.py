"""Oversight of people and records: officers, claims, ledgers, regions."""

from accounts.admin import claims, ledgers, regions, users

__all__ = ["claims", "ledgers", "regions", "users"]
