"""What a worker asks of the kernel: to move it behind walls, and to refuse what leads around limits.

A new user namespace lets anybody mount a file system in memory; `memfd_create` and `shmget` hand out memory
that belongs to no process; `ptrace` and `process_vm_writev` take over bubblewrap itself. The rest of the
kernel stays open: namespaces and rights are the walls.

The filter is a program for the kernel's seccomp, see seccomp(2) and bpf(4); numbers from the kernel's tables.
"""

import ctypes
import errno
import os
import platform
import struct

LOAD, JUMP_EQUAL, JUMP_FROM, JUMP_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # codes of BPF
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data
ALLOW, REFUSE = 0x7FFF_0000, 0x0005_0000
OTHER_NUMBERS = 0x4000_0000  # x32 counts from here
NEW_USER_NAMESPACE = 0x1000_0000

# The architecture; clone; clone3, whose flags no filter can read; what is refused altogether.
_MACHINES = {  # memfd_create, memfd_secret, shmget, unshare, setns, ptrace, process_vm_writev
    "x86_64": (0xC000_003E, 56, 435, (319, 447, 29, 272, 308, 101, 311)),
    "aarch64": (0xC000_00B7, 220, 435, (279, 447, 194, 97, 268, 117, 271)),
}

_SPACES = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x2000_0000 | 0x4000_0000  # see setns(2)
# Numbers of prctl(2), and the version that capset(2) asks for.
_DUMPABLE, _FILTER, _DROP, _NO_NEW_RIGHTS, _CAPABILITIES = 4, 22, 24, 38, 0x2008_0522
_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """What the kernel's `struct sock_fprog` is: how many steps there are, and where they stand."""

    _fields_ = (("count", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def enter(process: int) -> None:
    """Move into the namespaces of a process; into its process ids only children go, forked from now on."""
    users = [os.stat(f"/proc/{one}/ns/user").st_ino for one in ("self", process)]
    own_users = NEW_USER_NAMESPACE if users[0] != users[1] else 0
    place = os.pidfd_open(process)
    _must(_libc.setns(place, _SPACES | own_users))
    os.close(place)


def give_up_rights(user: int | None) -> None:
    """Give up all rights for good, as another user where the grader is root; refuse what leads around limits.

    The filter needs a machine that is known; the rest holds everywhere.
    """
    right = 0
    while _libc.prctl(_DROP, right, 0, 0, 0) == 0:
        right += 1
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    _must(_libc.capset((ctypes.c_uint32 * 2)(_CAPABILITIES), (ctypes.c_uint32 * 6)()))
    _must(_libc.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0))
    _must(_libc.prctl(_DUMPABLE, 1, 0, 0, 0))  # so that who watches may count its memory
    if steps := seccomp_filter():
        program = _Program(len(steps) // 8, steps)
        _must(_libc.prctl(_FILTER, 2, ctypes.byref(program), 0, 0))


def _must(returned: int) -> None:
    if returned:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def seccomp_filter() -> bytes:
    """Return the filter for this machine as bubblewrap reads it; empty for a machine that is not known."""
    if platform.machine() not in _MACHINES:
        return b""
    architecture, clone, clone3, refused = _MACHINES[platform.machine()]
    no_such, not_yours = REFUSE | errno.ENOSYS, REFUSE | errno.EPERM
    # Code, value, and how many steps to leave out if it holds and if it does not.
    steps = [
        (LOAD, ARCHITECTURE, 0, 0),
        (JUMP_EQUAL, architecture, 1, 0),
        (RETURN, no_such, 0, 0),
        (LOAD, NUMBER, 0, 0),
        (JUMP_FROM, OTHER_NUMBERS, 0, 1),
        (RETURN, no_such, 0, 0),
        (JUMP_EQUAL, clone3, 0, 1),  # the C library then takes clone
        (RETURN, no_such, 0, 0),
    ]
    for number in refused:
        steps += [(JUMP_EQUAL, number, 0, 1), (RETURN, not_yours, 0, 0)]
    steps += [
        (JUMP_EQUAL, clone, 0, 3),
        (LOAD, FIRST_ARGUMENT, 0, 0),
        (JUMP_BITS, NEW_USER_NAMESPACE, 0, 1),
        (RETURN, not_yours, 0, 0),
        (RETURN, ALLOW, 0, 0),
    ]
    return b"".join(struct.pack("HBBI", code, yes, no, value) for code, value, yes, no in steps)
