"""The closed vocabulary of evidence: the one home of its kinds, fields and values.

Rules, intake and the reader of fact files all use it. A kind, field or value that is not
here is refused by name.
"""

from healthcode.policy.vocabulary.fields import FIELD_TYPES, Field, Kind
from healthcode.policy.vocabulary.items import Problem, validate_item
from healthcode.policy.vocabulary.kinds import CLOSED_CASE, KINDS, OPEN_CASE, SETTINGS, VEHICLES

__all__ = [
    "CLOSED_CASE",
    "FIELD_TYPES",
    "KINDS",
    "OPEN_CASE",
    "SETTINGS",
    "VEHICLES",
    "Field",
    "Kind",
    "Problem",
    "validate_item",
]
