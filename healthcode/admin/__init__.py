"""Oversight of evidence, rules and colours."""

from healthcode.admin import appeals, areas, evidence, rules, sources, status

__all__ = ["appeals", "areas", "evidence", "rules", "sources", "status"]
