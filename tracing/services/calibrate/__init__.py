"""Calibrating the tracer on contact that was measured: what it finds where the truth is known."""

from tracing.services.calibrate.replay import Replayed, replay_encounters

__all__ = ["Replayed", "replay_encounters"]
