"""The citizen's pages about the code, and what its verifiers fetch."""

from healthcode.views.appeal import appeal
from healthcode.views.bound import bound_pass
from healthcode.views.code import code, fragment, leave, pulse
from healthcode.views.offline import code_shell, code_worker
from healthcode.views.well_known import jwk_set, key_list, state, withdrawn, withdrawn_lists
from healthcode.views.why import why

__all__ = [
    "appeal",
    "bound_pass",
    "code",
    "code_shell",
    "code_worker",
    "fragment",
    "jwk_set",
    "key_list",
    "leave",
    "pulse",
    "state",
    "why",
    "withdrawn",
    "withdrawn_lists",
]
