"""A filter of system calls for the readers of hostile media: what computing needs is allowed, everything else fails.

Allowed are memory, threads of the same process, clocks, reading and writing descriptors that are open already. No call
opens, creates, connects, starts a program, makes a process or reaches another one. A call that is refused fails with
EPERM, so that a library that merely asks goes on without; a call by another processor's numbers ends the process. Known
for x86_64 and aarch64; elsewhere none is set, and `confine` says so.
"""

from __future__ import annotations

import ctypes
import platform
import struct

# By name the numbers on x86_64 and aarch64; None where the processor has no such call.
_PLAIN: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "poll": (7, None), "ppoll": (271, 73),
    "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "pread64": (17, 67),
    "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233),
    "nanosleep": (35, 101), "getpid": (39, 172), "exit": (60, 93), "uname": (63, 160), "getrusage": (98, 165),
    "sysinfo": (99, 179), "times": (100, 153), "sigaltstack": (131, 132), "gettid": (186, 178), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "set_tid_address": (218, 96), "restart_syscall": (219, 128),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94),
    "tgkill": (234, 131), "set_robust_list": (273, 99), "getcpu": (309, 168), "getrandom": (318, 278),
    "membarrier": (324, 283), "rseq": (334, 293), "gettimeofday": (96, 169), "time": (201, None),
}  # fmt: skip
_CLONE, _CLONE3, _PRLIMIT, _FSTATAT, _SECCOMP = (56, 220), (435, 435), (302, 261), (262, 79), (317, 277)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_OTHER_ABI = 0x40000000
_CLONE_THREAD, _EMPTY_PATH = 0x00010000, 0x1000
_SET_FILTER, _ALL_THREADS = 1, 1


def restrict(libc: ctypes.CDLL) -> bool:
    """Set the filter for all threads of this process; call when privileges were given up (PR_SET_NO_NEW_PRIVS). Returns
    whether the kernel took it."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    column, architecture = known
    steps = _program(column, architecture)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    # struct sock_fprog: a length, padding, the address of the steps.
    head = struct.pack("=HxxxxxxQ", len(steps), ctypes.addressof(code))
    return bool(libc.syscall(_SECCOMP[column], _SET_FILTER, _ALL_THREADS, ctypes.c_char_p(head)) == 0)


def _program(column: int, architecture: int) -> list[tuple[int, int, int, int]]:
    """The filter as steps (code, jump if true, jump if false, value)."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, 0, 1, _OTHER_ABI), (_RETURN, 0, 0, _FAIL | _EPERM),
    ]  # fmt: skip
    for numbers in _PLAIN.values():
        number = numbers[column]
        if number is not None:
            steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    # The C library tries clone3, whose flags no filter can see, and falls back to clone when there is none.
    steps += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _FAIL | _ENOSYS)]
    # Threads, no processes; limits may be asked for, not set; an open descriptor may be asked for its size, no path.
    steps += _when(_CLONE[column], argument=0, test=_ANY_BIT, value=_CLONE_THREAD)
    steps += _when(_PRLIMIT[column], argument=2, test=_EQUAL, value=0, whole=True)
    steps += _when(_FSTATAT[column], argument=3, test=_EQUAL, value=_EMPTY_PATH)
    return [*steps, (_RETURN, 0, 0, _FAIL | _EPERM)]


def _when(number: int, *, argument: int, test: int, value: int, whole: bool = False) -> list[tuple[int, int, int, int]]:
    """Allow a call whose argument passes the test; `whole` asks the same of the upper half of the argument."""
    low = _ARGUMENTS_AT + 8 * argument
    checks = [(_LOAD, 0, 0, low), (test, 1, 0, value), (_RETURN, 0, 0, _FAIL | _EPERM)]
    if whole:
        checks += [(_LOAD, 0, 0, low + 4), (test, 1, 0, value), (_RETURN, 0, 0, _FAIL | _EPERM)]
    return [(_EQUAL, 0, len(checks) + 1, number), *checks, (_RETURN, 0, 0, _ALLOW)]
