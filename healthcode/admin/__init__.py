"""Oversight of evidence, rules and colours."""

from healthcode.admin import (
    appeals,
    areas,
    brakes,
    disputes,
    evidence,
    proposals,
    rules,
    sources,
    status,
)

__all__ = [
    "appeals",
    "areas",
    "brakes",
    "disputes",
    "evidence",
    "proposals",
    "rules",
    "sources",
    "status",
]
