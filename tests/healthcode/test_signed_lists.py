"""The readers of signed lists in Python, on the lists that those in JavaScript are tested with."""

import pytest

from tests.vectors import faults_lists
from tests.vectors.load_lists import cause_of


@pytest.mark.parametrize("case", faults_lists.cases(), ids=lambda case: case["name"])
def test_a_signed_list_is_taken_or_refused_for_its_cause(case):
    assert cause_of(case) == case["cause"]
