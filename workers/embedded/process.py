"""Child processes that do not outlive this one, and the account that PostgreSQL runs as."""

import logging
import os
import pwd
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

_LAUNCHER: Final = Path(__file__).with_name("launch.py")
_PATIENCE_SECONDS: Final = 10.0

_logger = logging.getLogger(__name__)


class Account(NamedTuple):
    """A user of this machine by number."""

    uid: int
    gid: int


def account_without_privileges() -> Account | None:
    """Say as whom a server runs that refuses to run as root, or None to run it as oneself.

    Root gets `nobody`, which every machine has, so that nothing is added to the machine's accounts.
    """
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def open_the_way(path: Path, account: Account | None) -> None:
    """Let `account` reach `path`: the folders above it get the right to be passed through, not listed.

    Does nothing for None. Each folder that is changed is logged, since it is not this project's own.
    """
    if account is None:
        return
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH and folder.stat().st_uid != account.uid:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            _logger.warning(
                "%s can now be passed through by others, so that PostgreSQL gets to %s", folder, path
            )


def spawn(
    command: list[str],
    *,
    log: Path,
    account: Account | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
    folder: Path,
) -> subprocess.Popen[bytes]:
    """Start a program in `folder`, its output appended to `log`, so that it dies with this process.

    The kernel watches the *thread* that starts a child: call this in the main thread. Only Linux has such
    a watch; elsewhere a child survives if this process is killed. Ctrl-C in a terminal does not reach
    the child: this process stops it when its own work is done.
    """
    uid, gid = account or (-1, -1)
    numbers = [str(int(number)) for number in (on_parent_death, os.getpid(), uid, gid)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCHER), *numbers, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], politely: signal.Signals = signal.SIGTERM) -> None:
    """Ask a child to end, and kill it if it has not after ten seconds. Returns when it is gone."""
    if process.poll() is None:
        process.send_signal(politely)
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def last_lines(log: Path, count: int = 5) -> str:
    """Return the end of a log file for an error message, or an empty string."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
