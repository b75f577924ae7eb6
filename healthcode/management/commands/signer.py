"""Sign for the web server, which has no keys, through a Unix socket."""

import os
import signal
import socketserver
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from healthcode import services
from healthcode.services.signer import LONGEST_LINE

MODE = 0o660


class Handler(socketserver.StreamRequestHandler):
    """One line asked, one answered; the clock and the decision are this process's own."""

    timeout = 5

    def handle(self) -> None:
        """Answer, with a database connection that works."""
        close_old_connections()
        line = self.rfile.readline(LONGEST_LINE)
        if line.endswith(b"\n"):
            self.wfile.write(services.answer(line, now=timezone.now()))
        close_old_connections()


class Server(socketserver.ThreadingUnixStreamServer):
    """A thread for each request, none of which keeps the process from ending."""

    daemon_threads = True
    request_queue_size = 128


class Command(BaseCommand):
    """`manage.py signer --socket PATH`: run it as the user who owns the key files."""

    help = "Sign passes, states and withdrawn lists for the web server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--socket", type=Path, default=Path(settings.HEALTHCODE_SIGNER or "."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen until told to stop; the socket is for this user and the web server's group."""
        path = options["socket"]
        if path.is_dir():
            raise CommandError("Name the socket: --socket PATH, or HEALTHCODE_SIGNER.")
        settings.HEALTHCODE_SIGNER = ""  # it asks nobody but itself
        path.unlink(missing_ok=True)
        signal.signal(signal.SIGTERM, _stop)
        before = os.umask(0o177)
        with Server(str(path), Handler) as server:
            os.umask(before)
            path.chmod(MODE)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                pass
            finally:
                path.unlink(missing_ok=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
