"""Runs a command that may make some system calls only, as systemd does it.

system_calls.py ERRNO CALL,CALL,… COMMAND…: any other call fails with ERRNO, or
ends the process where that is 0.
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
    # Names that this system does not know are of other systems.
    if number != -1 and library.seccomp_rule_add(rules, ALLOW, number, 0) != 0:
        sys.exit(f"cannot allow {call}")
if library.seccomp_load(rules) != 0:
    sys.exit("cannot restrict system calls")
os.execvp(command[0], command)
