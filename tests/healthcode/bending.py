"""The places where the policy's code is bent to have a fault."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from healthcode.policy import Fact, compiled, deciding
from healthcode.policy.clocks import Window
from healthcode.policy.phases import Standing
from healthcode.policy.releases import CompiledRelease, Person

Patch = pytest.MonkeyPatch


def negative_since(person: Person, clock: int, at: int) -> bool:
    """Whether a negative was sampled after the clock."""
    return any(
        clock < fact.occurred_at <= at and fact.details["result"] == "negative"
        for fact in person.samples
    )


def bend_windows(patch: Patch, bend: Callable[[Window, Fact], Window]) -> None:
    """Place every fact on the time line in another way."""
    window_of = compiled.window_of

    def bent(*said: Any, **named: Any) -> Callable[[Fact], Window | None]:
        place = window_of(*said, **named)

        def window(fact: Fact) -> Window | None:
            found = place(fact)
            return None if found is None else bend(found, fact)

        return window

    patch.setattr(compiled, "window_of", bent)


def bend_released(patch: Patch, ended: Callable[[Standing], bool]) -> None:
    """Let something else end a rule as well."""
    is_released = deciding.is_released
    patch.setattr(deciding, "is_released", lambda here: is_released(here) or ended(here))


def bend_found(
    patch: Patch, keep: Callable[[CompiledRelease, list[Fact], int], Sequence[Fact]]
) -> None:
    """Let fewer of the samples count towards a release."""
    found = CompiledRelease.found
    patch.setattr(
        CompiledRelease,
        "found",
        lambda self, person, floor, at: list(keep(self, found(self, person, floor, at), at)),
    )


def bend_release(patch: Patch, bend: Callable[[CompiledRelease], CompiledRelease]) -> None:
    """Ask something else of the samples."""
    compile_release = compiled.compile_release
    patch.setattr(compiled, "compile_release", lambda *said: bend(compile_release(*said)))


def bend_reasons(patch: Patch, bend: Callable[[Any], Any]) -> None:
    """Word a reason in another way."""
    reason = deciding._reason
    patch.setattr(deciding, "_reason", lambda *said: bend(reason(*said)))


def bend_gates(patch: Patch, kind: str) -> None:
    """Leave a kind of evidence out of the quick look."""
    gates = compiled._gates
    patch.setattr(
        compiled,
        "_gates",
        lambda *said: {name: gate for name, gate in gates(*said).items() if name != kind},
    )
