"""PostgreSQL and Valkey out of two wheels, for the demo and the tests.

Only the programs of the wheels are used; nothing of them is imported. Everything
listens on Unix sockets in a directory of mode 0700, never on a network port.
Linux only. Real deployments set DATABASE_URL and BROKER_URL instead.
"""

from config.embedded.errors import EmbeddedError
from config.embedded.places import folder_of_the_project
from config.embedded.services import instance_urls, running, start, stop, wipe

__all__ = [
    "EmbeddedError",
    "folder_of_the_project",
    "instance_urls",
    "running",
    "start",
    "stop",
    "wipe",
]
