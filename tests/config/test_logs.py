"""Nothing in a log line says who somebody is."""

import io
import json
import logging
import logging.config

import structlog

from config import logs

SECRET = "310104198812040000"


def _formatter() -> logging.Formatter:
    settings = logs.logging_for("INFO")["formatters"]["json"]
    return structlog.stdlib.ProcessorFormatter(
        processors=settings["processors"], foreign_pre_chain=settings["foreign_pre_chain"]
    )


def _logged(say) -> tuple[str, dict[str, object]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter())
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    try:
        say(logger)
    finally:
        logger.removeHandler(handler)
    return stream.getvalue(), json.loads(stream.getvalue().splitlines()[-1])


def test_a_request_line_keeps_its_path_and_loses_its_query_and_sender():
    event = {"request": f"GET /why/?q={SECRET}", "ip": "127.0.0.1", "user_agent": "x", "code": 200}

    assert logs.without_people(None, "info", event) == {"request": "GET /why/", "code": 200}


def test_a_traceback_shows_no_local_variables():
    def fail(logger: logging.Logger) -> None:
        number = SECRET
        try:
            raise ValueError(len(number))
        except ValueError:
            logger.exception("it failed")

    text, line = _logged(fail)

    assert line["event"] == "it failed"
    assert "exception" in line
    assert SECRET not in text
