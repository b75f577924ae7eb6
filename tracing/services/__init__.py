"""What tracing does: every change is a verb here, with its clock passed in."""

from tracing.services.partitions import make_partitions

__all__ = ["make_partitions"]
