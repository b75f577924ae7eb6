"""From a confirmed case to its contacts and what is handed down about them."""

from tracing.services.trace.brake import clear_trace_brake, look_at_brake
from tracing.services.trace.preview import Preview, preview_brake, preview_case
from tracing.services.trace.run import Traced, sweep_traces, trace_case

__all__ = [
    "Preview",
    "Traced",
    "clear_trace_brake",
    "look_at_brake",
    "preview_brake",
    "preview_case",
    "sweep_traces",
    "trace_case",
]
