"""Stored travel evidence becomes places and stays."""

from tracing.services.trips.board import board_trips

__all__ = ["board_trips"]
