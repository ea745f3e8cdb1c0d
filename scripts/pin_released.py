"""Pin released files (handbooks, calendars, terms of thematic reviews) that have no pin yet.

    python -m scripts.pin_released

A pin that exists is never changed: a file that no longer agrees with its pin is put back, and what should
be different is released under a new version.
"""

import json
import sys
from pathlib import Path

from domain.rulebook import PINS, file_digest, released_files

DOMAIN = Path(__file__).resolve().parent.parent / "domain"


def pin_new_files(folder: Path) -> list[str]:
    """Add a pin for every file in the folder that has none, and return their names.

    Raises:
        SystemExit: a file that is pinned says something else now, or is gone. Nothing is written.
    """
    pins_file = folder / PINS
    pins: dict[str, str] = json.loads(pins_file.read_text(encoding="utf-8")) if pins_file.exists() else {}
    digests = {name: file_digest(name, text) for name, text in released_files(folder).items()}
    changed = [name for name, digest in pins.items() if digests.get(name) != digest]
    if changed:
        raise SystemExit(f"{', '.join(changed)}: released and pinned; release a new version instead")
    new = [name for name in digests if name not in pins]
    pins_file.write_text(json.dumps(digests, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return new


if __name__ == "__main__":
    for name in pin_new_files(DOMAIN):
        sys.stdout.write(f"pinned {name}\n")
