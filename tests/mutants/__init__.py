"""Mutants of passes: whatever is done to a code, no verifier takes it for another.

`python -m tests.mutants` makes them by the million, judges each in Python and some in
JavaScript, and says what should not have been. `make` makes mutant number n of a seed, always
the same; `hunt` judges.
"""
