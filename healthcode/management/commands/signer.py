"""Sign for the web server, which has no keys, through a Unix socket."""

import os
import signal
import socketserver
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import socket
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from healthcode import services
from healthcode.services.signer import LONGEST_LINE

MODE = 0o660
THREADS = 8
"""Each has one connection to the database; more callers than that wait their turn."""


class Handler(socketserver.StreamRequestHandler):
    """One line asked, one answered; the clock and the decision are this process's own."""

    timeout = 5

    def handle(self) -> None:
        """Answer, with the thread's connection to the database, if that still works."""
        line = self.rfile.readline(LONGEST_LINE)
        if line.endswith(b"\n"):
            close_old_connections()
            self.wfile.write(services.answer(line, now=timezone.now()))


class Server(socketserver.UnixStreamServer):
    """A few threads that stay: as many connections to the database, whoever asks how often."""

    request_queue_size = 128

    def __init__(self, path: str) -> None:
        """Listen at the path."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="signer")
        super().__init__(path, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Have one of the threads answer."""
        self._threads.submit(self._answer, request, client_address)

    def server_close(self) -> None:
        """Stop listening; what is being signed is finished."""
        super().server_close()
        self._threads.shutdown(cancel_futures=True)

    def _answer(self, request: socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # the caller has gone
        finally:
            self.shutdown_request(request)


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
        with Server(str(path)) as server:
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
