"""Runs a command with a system call filter, as systemd does.

system_calls.py ERRNO CALL,CALL,… COMMAND…: any other call fails with ERRNO, or
kills the process if ERRNO is 0.
"""

import ctypes
import os
import sys

KILL_PROCESS = 0x80000000
ALLOW = 0x7FFF0000
ERRNO = 0x00050000

error, calls, command = int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3:]

library = ctypes.CDLL("libseccomp.so.2")
library.seccomp_init.restype = ctypes.c_void_p
library.seccomp_init.argtypes = [ctypes.c_uint32]
library.seccomp_rule_add.argtypes = [
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
library.seccomp_load.argtypes = [ctypes.c_void_p]

rules = library.seccomp_init(ERRNO | error if error else KILL_PROCESS)
for call in calls:
    number = library.seccomp_syscall_resolve_name(call.encode())
    # Unknown names are of other systems.
    if number != -1 and library.seccomp_rule_add(rules, ALLOW, number, 0) != 0:
        sys.exit(f"cannot allow {call}")
if library.seccomp_load(rules) != 0:
    sys.exit("cannot restrict system calls")
os.execvp(command[0], command)
