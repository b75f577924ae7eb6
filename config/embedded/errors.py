"""The one error of the embedded services."""


class EmbeddedError(RuntimeError):
    """The embedded services cannot do what was asked; the text says why and what helps."""
