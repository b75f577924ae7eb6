"""Who could have infected whom: cases joined by contacts, drawn in time, and who looked."""

from tracing.services.chain.drawn import Chain, Dot, Line, Proof
from tracing.services.chain.layout import Placed, lanes
from tracing.services.chain.look import look_at_chain

__all__ = ["Chain", "Dot", "Line", "Placed", "Proof", "lanes", "look_at_chain"]
