"""The runner's closing line and exit code tell of both parts."""

from collections import Counter

import pytest

from tests import run


@pytest.fixture
def parts(monkeypatch):
    """What the two pytest runs say, instead of running them."""

    def say(*answers):
        left = iter(answers)
        monkeypatch.setattr(run, "_pytest", lambda arguments: next(left))

    return say


def test_a_failure_in_the_first_part_is_not_forgotten(parts, capsys):
    parts((1, Counter(failed=1, passed=8)), (0, Counter(passed=2, skipped=1)))
    assert run._run_everything() == 1
    assert "= 1 failed, 10 passed, 1 skipped in 0.00s =" in capsys.readouterr().out


def test_the_second_part_runs_although_the_first_failed(parts, capsys):
    parts((1, Counter(failed=1)), (1, Counter(error=2)))
    assert run._run_everything() == 1
    assert "= 1 failed, 2 errors in" in capsys.readouterr().out


def test_an_empty_part_is_no_failure_but_an_empty_run_is(parts):
    parts((0, Counter(passed=1)), (run.NOTHING_RUN, Counter()))
    assert run._run_everything() == 0
    parts((run.NOTHING_RUN, Counter()), (run.NOTHING_RUN, Counter()))
    assert run._run_everything() == run.NOTHING_RUN


def test_a_build_machine_without_a_browser_fails(monkeypatch, capsys):
    monkeypatch.setattr(run.chromium, "find_or_install", lambda: None)
    monkeypatch.setenv("CI", "true")
    assert run._run([]) == 1
    assert "apt-get install" in capsys.readouterr().err


def test_a_persons_machine_without_a_browser_runs_the_rest(monkeypatch, parts):
    monkeypatch.setattr(run.chromium, "find_or_install", lambda: None)
    monkeypatch.delenv("CI", raising=False)
    parts((0, Counter(passed=1)), (0, Counter(skipped=1)))
    assert run._run([]) == 0
