"""From a confirmed case to its contacts and what is handed down about them."""

from tracing.services.trace.run import Traced, sweep_traces, trace_case

__all__ = ["Traced", "sweep_traces", "trace_case"]
