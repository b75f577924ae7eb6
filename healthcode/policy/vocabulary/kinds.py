"""The kinds of evidence and their fields, as a table."""

from collections.abc import Mapping

from healthcode.policy.vocabulary.fields import Field, Kind

OPEN_CASE = ("confirmed", "asymptomatic", "suspected")
CLOSED_CASE = ("discharged", "excluded")
SYMPTOMS = (
    "fever",
    "cough",
    "fatigue",
    "sore_throat",
    "taste_smell_loss",
    "dyspnoea",
    "diarrhoea",
    "conjunctivitis",
)
VEHICLES = (
    "aircraft",
    "aircraft_no_hepa",
    "train_sealed",
    "train_open",
    "coach_sealed",
    "coach_open",
    "ship",
    "car",
)
SETTINGS = ("household", "zone", "flight", "train", "coach", "ship", "car", "metro", "other")
ORDERS = ("central_isolation", "home_isolation", "home_monitoring", "stay_in_area")


def _word(*values: str, required: bool = False, in_rules: bool = True) -> Field:
    return Field("word", required=required, values=values, in_rules=in_rules)


def _opaque(*, traceable: bool = False) -> Field:
    return Field("text", traceable=traceable, opaque=True)


_TEXT = Field("text")
_REGION = Field("region")
_INSTANT = Field("instant")

_TEST = Kind(
    fields={
        "method": _word("pcr", "antigen", required=True),
        "result": _word("negative", "positive", "inconclusive", required=True),
        "pool_size": Field("integer", low=1, high=20, in_rules=True),
        "tube": _opaque(),
        "ct": Field("number", low=0, high=60, in_rules=True),
        "lab": _opaque(),
        "site": Field("region", opaque=True),
    },
    index="result",
)
_VACCINATION = Kind(
    fields={
        "dose": Field("integer", required=True, low=1, high=20, in_rules=True),
        "product": Field("text", required=True),
    },
)
_TRAVEL = Kind(
    fields={
        "mode": _word("flight", "train", "coach", "ship", "car", "taxi", "foot", required=True),
        "service": _opaque(),
        "vehicle": _word(*VEHICLES),
        "from_country": Field("country", required=True),
        "to_country": Field("country", required=True),
        "from_region": _REGION,
        "to_region": _REGION,
        "role": _word("passenger", "crew"),
        "carriage": _TEXT,
        "compartment": _TEXT,
        "row": _TEXT,
        "seat": _TEXT,
    },
    ends="always",
    index="mode",
)
_AREA_STAY = Kind(
    fields={
        "region": Field("region", required=True),
        "tier": Field("word", values=("low", "medium", "high"), joined=True, in_rules=True),
        "tier_from": Field("instant", joined=True),
        "tier_to": Field("instant", joined=True),
    },
    ends="maybe",
    index="tier",
)
_EXPOSURE = Kind(
    fields={
        # Rules match the grade alone: the level is what it follows from.
        "level": Field("integer", required=True, low=1, high=2),
        "grade": _word("close", "secondary", "casual", required=True),
        "case": _opaque(traceable=True),
        "setting": Field("word", values=SETTINGS, traceable=True, in_rules=True),
    },
    ends="maybe",
    index="grade",
)
_CASE = Kind(
    fields={
        "status": _word(*OPEN_CASE, *CLOSED_CASE, required=True),
        "onset": _INSTANT,
        "first_positive_at": _INSTANT,
        "isolated_at": _INSTANT,
    },
    ends="maybe",
    index="status",
)
_ORDER = Kind(
    fields={"order": _word(*ORDERS, required=True), "issued_by": _opaque(traceable=True)},
    ends="always",
    index="order",
)
_HEALTH_REPORT = Kind(
    fields={"symptoms": Field("words", required=True, values=SYMPTOMS, in_rules=True)},
)
_SCREENING_DUE = Kind(
    fields={"campaign": _opaque(traceable=True), "by": Field("instant", required=True)},
    ends="maybe",
)

KINDS: Mapping[str, Kind] = {
    "test": _TEST,
    "vaccination": _VACCINATION,
    "travel": _TRAVEL,
    "area_stay": _AREA_STAY,
    "exposure": _EXPOSURE,
    "companion": Kind(fields={"grid": _opaque(traceable=True)}, ends="maybe"),
    "case": _CASE,
    "order": _ORDER,
    "health_report": _HEALTH_REPORT,
    "screening_due": _SCREENING_DUE,
}
