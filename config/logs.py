"""Logs: JSON lines with a request id, without addresses, queries, names or tokens."""

from collections.abc import MutableMapping
from typing import Any

import structlog
import structlog.tracebacks

Event = MutableMapping[str, Any]
#: What says who or where somebody is, and does not help to mend a fault.
DROPPED = ("ip", "user_agent", "user_id")


def without_people(logger: object, method: str, event: Event) -> Event:
    """Drop what identifies people; a path stays, its query goes."""
    for name in DROPPED:
        event.pop(name, None)
    if "request" in event:
        event["request"] = str(event["request"]).partition("?")[0]
    return event


# Local variables hold names, numbers and tokens: they stay out of tracebacks.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_people,
]


def configure() -> None:
    """Send structlog's events through the standard library's handlers."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_for(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything as JSON on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _TRACEBACKS,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Its lines repeat the request's own and quote the address with its query.
        "loggers": {"django.request": {"level": "ERROR"}, "django.server": {"level": "ERROR"}},
    }
