"""Put a result into `docs/performance.md` and its picture: `python -m bench.document RESULT …`.

Only what stands between a pair of markers is replaced; the words around it are people's.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from bench.chart import draw
from bench.report import machine_lines, suite_lines

_DOCS: Final = Path(__file__).parents[1] / "docs"
_BETWEEN: Final = r"(<!-- measured: {name} -->\n).*?(<!-- end -->)"


def main(*files: Path) -> None:
    """Replace the tables of every suite that the results have, and draw the growth."""
    page = _DOCS / "performance.md"
    text = page.read_text()
    runs: list[str] = []
    for file in files:
        result: dict[str, Any] = json.loads(file.read_text())
        runs += [*machine_lines(result, file.name), ""]
        for name, suite in result["suites"].items():
            text = _put(text, name, "\n".join(suite_lines(suite)))
        if "growth" in result["suites"]:
            (_DOCS / "performance.svg").write_text(draw(result["suites"]["growth"]["rounds"]))
    page.write_text(_put(text, "run", "\n".join(runs)))


def _put(text: str, name: str, lines: str) -> str:
    pattern = re.compile(_BETWEEN.format(name=name), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"docs/performance.md has no place for {name}")
    return pattern.sub(lambda found: f"{found[1]}\n{lines.strip()}\n\n{found[2]}", text)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
