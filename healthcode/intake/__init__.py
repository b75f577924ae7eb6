"""The road in from outside: documents become citizens, text becomes typed items."""

from healthcode.intake.files import CsvInvalid, import_rows, read_rows
from healthcode.intake.items import hand_in

__all__ = ["CsvInvalid", "hand_in", "import_rows", "read_rows"]
