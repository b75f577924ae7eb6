"""The citizen's pages about the code."""

from healthcode.views.appeal import appeal
from healthcode.views.code import code, fragment, pulse
from healthcode.views.why import why

__all__ = ["appeal", "code", "fragment", "pulse", "why"]
