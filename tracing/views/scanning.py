"""Pages that scan: the ones that say they use the camera.

Their content policy is as strict as everybody's. The reader's machine code runs in a worker, where
the policy counts that came with the worker's own file, not the page's: so no page needs
`wasm-unsafe-eval`. Whoever serves static files with a policy must allow it for
js/scan/worker.js.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

CAMERA_HERE = "camera=(self)"

PageView = Callable[[HttpRequest], HttpResponse]


def may_scan(view: PageView) -> PageView:
    """Let the view's page open the camera: the page itself, and nothing that it might embed."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response.headers["Permissions-Policy"] = CAMERA_HERE
        return response

    return answer
