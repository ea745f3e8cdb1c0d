"""Note that the recorded histories still cover the workflows, after a change of their source.

    python -m scripts.consider_histories "why the histories cover it, or which path was recorded for it"

What is noted is a digest of the source without comments, docstrings and layout. A test compares it.
"""

import ast
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
WORKFLOWS: Final = ROOT / "workflows"
NOTES: Final = ROOT / "tests" / "histories" / "considered.txt"
"""One line for each change, the digest and the reason; lines are added, never edited."""


def digest_of_source(folder: Path) -> str:
    """Return a digest of all modules in a folder that stays the same while they do the same.

    It does not hang on the version of Python that computes it.
    """
    modules = {file.name: _told(ast.parse(file.read_bytes())) for file in sorted(folder.glob("*.py"))}
    return hashlib.sha256(json.dumps(modules, sort_keys=True).encode()).hexdigest()[:16]


def digest_considered(notes: Path) -> str:
    """Return the digest of which somebody has said last that the histories cover it."""
    return notes.read_text(encoding="utf-8").splitlines()[-1].split()[0]


def consider(folder: Path, notes: Path, reason: str) -> str:
    """Note a reason for the source as it is now, and return its digest.

    Raises:
        SystemExit: there is no reason, or nothing has changed since the last one.
    """
    digest, reason = digest_of_source(folder), " ".join(reason.split())
    if not reason:
        raise SystemExit("say why the histories cover the change, or which path was recorded for it")
    if notes.exists() and digest_considered(notes) == digest:
        raise SystemExit(f"{digest} is noted already")
    with notes.open("a", encoding="utf-8") as file:
        file.write(f"{digest}  {reason}\n")
    return digest


def _told(node: Any) -> Any:
    """Tell a syntax tree: types and what they hold, without places, docstrings and what is not there."""
    if isinstance(node, ast.AST):
        fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            fields["body"] = [one for one in node.body if not _is_docstring(one)]
        return [type(node).__name__, {name: _told(value) for name, value in fields.items()}]
    return [_told(one) for one in node] if isinstance(node, list) else repr(node)


def _is_docstring(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


if __name__ == "__main__":
    sys.stdout.write(f"noted {consider(WORKFLOWS, NOTES, ' '.join(sys.argv[1:]))}\n")
