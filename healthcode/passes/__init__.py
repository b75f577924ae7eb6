"""The pass: a signed colour in a QR code, and the verifier of it.

The format is written out in docs/pass-format.md. Nothing here knows Django, a database or
the time of day.
"""

from healthcode.passes.claims import MAX_LIFE, NAME_BYTES, Claims, Kind, is_name
from healthcode.passes.es256 import ES256, Signer, from_point, point, signer
from healthcode.passes.held import Held
from healthcode.passes.key_list import (
    KEYS_LIFE,
    SignedKeys,
    build_key_list,
    full_point,
    own_key_list,
    pin_of,
    read_key_list,
)
from healthcode.passes.layers import build_pass, build_presentation
from healthcode.passes.signed import Cause, ListRefused
from healthcode.passes.state import STATE_LIFE, State, build_state, read_state
from healthcode.passes.text import clean, write_text
from healthcode.passes.trust import Key, KeyList
from healthcode.passes.verify import (
    Checked,
    Gate,
    Listing,
    Verdict,
    check,
    claims_of,
    conclude,
    judge,
    kid_of,
    signable,
)
from healthcode.passes.withdrawn import (
    LIST_LIFE,
    SLOTS,
    WithdrawnList,
    build_withdrawn,
    inflate,
    pack_bits,
    read_withdrawn,
)

__all__ = [
    "ES256",
    "KEYS_LIFE",
    "LIST_LIFE",
    "MAX_LIFE",
    "NAME_BYTES",
    "SLOTS",
    "STATE_LIFE",
    "Cause",
    "Checked",
    "Claims",
    "Gate",
    "Held",
    "Key",
    "KeyList",
    "Kind",
    "ListRefused",
    "Listing",
    "SignedKeys",
    "Signer",
    "State",
    "Verdict",
    "WithdrawnList",
    "build_key_list",
    "build_pass",
    "build_presentation",
    "build_state",
    "build_withdrawn",
    "check",
    "claims_of",
    "clean",
    "conclude",
    "from_point",
    "full_point",
    "inflate",
    "is_name",
    "judge",
    "kid_of",
    "own_key_list",
    "pack_bits",
    "pin_of",
    "point",
    "read_key_list",
    "read_state",
    "read_withdrawn",
    "signable",
    "signer",
    "write_text",
]
