"""Rules about the files of the repository: what they may name, how long they may be."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config.environment import PROJECT
from tests.house.code import calls, modules

LONGEST_FILE, LONGEST_FUNCTION = 300, 30
CATCH_ALL = re.compile(r"(^|/)(utils?|helpers?|commons?|misc)(/|\.py$)")
#: Packages' own licences and the published code of others.
FOREIGN = ("static/vendor/",)
BINARY = {".png", ".jpg", ".ico", ".mo", ".woff2", ".wasm"}

REGISTRY = re.compile(
    r"registry\.npmjs|registry\.yarnpkg|pypi\.org|pythonhosted\.org|npmmirror|/simple/|"
    r"(extra-)?index-url\s*[=:]|find-links\s*[=:]|proxy\.golang"
)
#: Folders that exist on one machine: people's homes, and workplaces of the kind CI makes.
MACHINE = re.compile(r"(?<![\w.$}/-])/(root|home/\w+|Users/\w+|work|workspace|builds)/")
ONE_LINE = re.compile(r"<(script|style)\b(?P<attributes>[^>]*)>(?P<body>.*?)</\1>", re.S)
HANDLER = re.compile(r"<[^>]*\s(on[a-z]+|style)\s*=", re.S)
SAFE = re.compile(r"\|\s*(safe|safeseq)\b|\{%\s*autoescape\s+off")
MARKS = {"mark_safe", "SafeString", "SafeText"}


@cache
def files() -> tuple[str, ...]:
    """What git has or would take, without what others wrote."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = {name for name in listed.stdout.splitlines() if (PROJECT / name).is_file()}
    return tuple(sorted(name for name in names if not name.startswith(FOREIGN)))


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Every text file, of some endings or of any, with what it says."""
    for name in files():
        path = Path(name)
        if path.suffix not in BINARY and (not suffixes or path.suffix in suffixes):
            yield name, (PROJECT / name).read_text(encoding="utf-8")


def _saying(pattern: re.Pattern[str]) -> list[str]:
    own = str(Path(__file__).relative_to(PROJECT))
    return [
        f"{name}:{number}"
        for name, text in texts()
        if name != own
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry():
    assert _saying(REGISTRY) == []


def test_no_lock_file_of_the_browser_packages_says_where_they_came_from():
    assert "resolved" not in (PROJECT / "package-lock.json").read_text()


def test_no_file_names_a_folder_of_one_machine():
    assert _saying(MACHINE) == []


def test_no_module_is_a_drawer_for_everything():
    assert [name for name in files() if CATCH_ALL.search(name)] == []


def test_files_can_be_read_in_one_sitting():
    long = {
        name: lines
        for name, text in texts(".py")
        if _ours(name) and (lines := len(text.splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_functions_can_be_seen_at_once():
    long = {
        f"{name}:{node.lineno} {node.name}": _length(node)
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if _length(node) > LONGEST_FUNCTION
    }
    assert long == {}


def test_imports_stand_at_the_top_of_their_module():
    inside = {
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert inside == set()


def test_nothing_listens_to_signals():
    """Except to forget a cache: there is none yet."""
    listening = {
        name
        for name, tree in modules()
        for called, call in calls(tree)
        if called == "receiver" or (called == "connect" and _is_signal(call.func))
    }
    assert listening == set()


def test_the_only_dynamic_import_collects_the_catalogue():
    dynamic = {
        name
        for name, tree in modules()
        for called, _ in calls(tree)
        if called in {"import_module", "__import__", "import_string", "autodiscover_modules"}
    }
    assert dynamic == {"accounts/privacy.py"}


def test_postgresql_is_the_only_database():
    """The word stands in the linter's ban, in tests of it and where the choice is explained."""
    allowed = {"pyproject.toml", "CONTRIBUTING.md", "docs/adr/0008-servers-out-of-wheels.md"}
    named = {name for name, text in texts() if re.search("sqlite", text, re.I)}
    assert {name for name in named - allowed if not name.startswith("tests/")} == set()


@pytest.mark.parametrize("name", [n for n in files() if n.endswith(".html")])
def test_templates_hold_no_script_and_no_style(name):
    text = (PROJECT / name).read_text(encoding="utf-8")
    own = [m["body"] for m in ONE_LINE.finditer(text) if m["body"].strip()]

    assert own == []
    assert "<style" not in text
    assert not HANDLER.search(text)
    assert "javascript:" not in text


def test_no_template_puts_anything_on_a_page_unescaped():
    assert [name for name, text in texts(".html") if SAFE.search(text)] == []


def test_only_a_drawn_code_is_marked_as_safe():
    """`healthcode.qr.draw` makes it of numbers, and escapes the label."""
    marked = {
        f"{name}:{call.lineno}": ast.unparse(call.args[0])
        for name, tree in modules()
        for called, call in calls(tree)
        if called in MARKS
    }
    assert {place: what for place, what in marked.items() if not what.startswith("draw(")} == {}


def _ours(name: str) -> bool:
    """Code that runs in the service, and its templates: no tests, no migrations."""
    return not name.startswith("tests/") and "/migrations/" not in name


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the signature and the docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def _is_signal(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and "signal" in ast.unparse(function.value)
