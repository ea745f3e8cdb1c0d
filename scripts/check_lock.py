"""Check that requirements.lock still answers pyproject.toml, without asking any network.

Every requirement, with those for development and for the build, must be locked in a version that satisfies
it, every locked package must have a hash, and the lock must not say where packages come from. What the
locked packages need of each other is checked where they are installed: by `pip check`.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[1]


def faults(pyproject: str, lock: str) -> list[str]:
    """Return what is wrong with the lock, one line each."""
    project = tomllib.loads(pyproject)
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    # A package begins at the start of a line; its hashes and remarks are indented below it.
    entries = re.findall(r"^([^\s#][^\n]*(?:\n[ \t][^\n]*)*)", lock, re.MULTILINE)
    found = [f"not a pinned package: {entry.splitlines()[0]}" for entry in entries if "==" not in entry]
    locked: dict[str, str] = {}
    for entry in entries:
        name, _, rest = entry.partition("==")
        version = rest.split()[0] if rest else ""
        locked[canonicalize_name(name)] = version
        if "--hash=sha256:" not in entry:
            found.append(f"{name.strip()} has no hash")
    for requirement in map(Requirement, wanted):
        locked_version = locked.get(canonicalize_name(requirement.name))
        if locked_version is None:
            found.append(f"{requirement} is not locked")
        elif not requirement.specifier.contains(locked_version, prereleases=True):
            found.append(f"{requirement} is locked as {locked_version}")
    if re.search(r"://|--(?:extra-)?index|--find-links|--trusted", lock):
        found.append("the lock says where packages come from")
    return found


def main() -> int:
    """Print the faults; return 1 if there are any."""
    found = faults((_ROOT / "pyproject.toml").read_text(), (_ROOT / "requirements.lock").read_text())
    for fault in found:
        print(f"requirements.lock: {fault}", file=sys.stderr)
    if found:
        print("run `make lock` and commit the result", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
