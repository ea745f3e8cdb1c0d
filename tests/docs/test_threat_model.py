"""Each line of the threat model names the test that proves it."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
_NAMED: Final = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def _functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_is_named_is_there() -> None:
    """Renamed or taken away, it would prove nothing any more."""
    named = _NAMED.findall(PAGE)
    assert len(named) > 30
    for name, function in named:
        file = ROOT / name
        assert file.is_file(), name
        assert not function or function in _functions(file), f"{name}::{function}"


def test_every_line_names_a_test() -> None:
    """Except the heads of the tables."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| could |")]
    without = [line for line in lines if not _NAMED.search(line)]
    assert not without
