"""The pass: a signed colour in a QR code, and the verifier of it.

The format is written out in docs/pass-format.md. Nothing here knows Django, a database or
the time of day.
"""

from healthcode.passes.claims import MAX_LIFE, NAME_BYTES, Claims, Kind, is_name
from healthcode.passes.es256 import ES256, Signer, from_point, point, signer
from healthcode.passes.layers import build_pass, build_presentation
from healthcode.passes.text import clean, write_text
from healthcode.passes.trust import Key, KeyList
from healthcode.passes.verify import (
    Checked,
    Gate,
    Listing,
    Verdict,
    check,
    conclude,
    judge,
    signable,
)

__all__ = [
    "ES256",
    "MAX_LIFE",
    "NAME_BYTES",
    "Checked",
    "Claims",
    "Gate",
    "Key",
    "KeyList",
    "Kind",
    "Listing",
    "Signer",
    "Verdict",
    "build_pass",
    "build_presentation",
    "check",
    "clean",
    "conclude",
    "from_point",
    "is_name",
    "judge",
    "point",
    "signable",
    "signer",
    "write_text",
]
