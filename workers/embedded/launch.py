"""Become another program that ends when the process that started it ends.

Run as a script that needs the standard library only:
`launch.py SIGNAL PARENT UID GID PROGRAM [ARGUMENT …]`. SIGNAL is what the kernel sends when PARENT dies.
UID and GID are -1 to stay who one is.

A script of its own and not `preexec_fn`, because that is not safe once there are threads, and a Temporal
client has some. The death signal is set after the change of user, which would clear it.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(death_signal: int, parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Bind this process to its parent, give up privileges and run `command` in its place."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
    # The parent may have died before the line above; then nobody would ever send the signal.
    if os.getppid() == parent:
        os.execv(command[0], command)


if __name__ == "__main__":
    _death_signal, _parent, _uid, _gid = map(int, sys.argv[1:5])
    main(_death_signal, _parent, _uid, _gid, sys.argv[5:])
