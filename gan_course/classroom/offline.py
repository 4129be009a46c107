"""Runs a command without network: ``python offline.py command …``. Linux only, and needs no rights.

The command gets a network of its own that holds nothing but the loopback, by which a kernel talks with its grader. It
imports nothing of the course, so it starts at once. Where the system does not allow it, the command is not run.
"""

import ctypes
import os
import socket
import struct
import sys

NEW_USERS, NEW_NETWORK = 0x10000000, 0x40000000
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x1 | 0x40
NOT_POSSIBLE = 97
"""Exit status where the network cannot be cut off."""


def cut_off() -> None:
    """Leave this process, and what it starts, the loopback alone; raises OSError where that is not allowed."""
    import fcntl

    user, group = os.getuid(), os.getgid()
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(NEW_USERS | NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "the network cannot be cut off here")
    for file, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{file}", "w", encoding="ascii") as mapping:
            mapping.write(text)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14s", b"lo", UP_AND_RUNNING, b""))


if __name__ == "__main__":
    try:
        cut_off()
    except (OSError, AttributeError, ImportError) as error:
        print(f"offline: {error}", file=sys.stderr)
        sys.exit(NOT_POSSIBLE)
    os.execvp(sys.argv[1], sys.argv[1:])
