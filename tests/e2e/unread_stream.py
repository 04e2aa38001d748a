"""Runs a program and does not read one of its standard streams until SIGUSR1,
or gives it a stdin without data.

usage: unread_stream.py pipe|fifo|socket|terminal STREAM FOLDER COMMAND...

STREAM is 0, 1 or 2. What 1 or 2 gives is copied to the same stream of this
script. SIGTERM and SIGINT are forwarded, and the exit code is the program's.
"""

import os
import pty
import signal
import socket
import subprocess
import sys
import threading
import tty


def open_fifo(folder):
    path = os.path.join(folder, "fifo")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY)
    os.set_blocking(reader, True)
    return reader, writer


def open_terminal(_):
    reader, writer = pty.openpty()
    tty.setraw(writer)
    return reader, writer


OPENERS = {
    "pipe": lambda _: os.pipe(),
    "fifo": open_fifo,
    "socket": lambda _: [end.detach() for end in socket.socketpair()],
    "terminal": open_terminal,
}


def copy(reader, target):
    try:
        while data := os.read(reader, 65536):
            os.write(target, data)
    except OSError:
        pass  # A terminal that is closed at its other end.


kind, stream, folder, *command = sys.argv[1:]
target = int(stream)
own, given = OPENERS[kind](folder)
if target == 0 and kind in ("pipe", "fifo"):
    own, given = given, own
signals = {signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
child = subprocess.Popen(
    command,
    **{["stdin", "stdout", "stderr"][target]: given},
    preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, signals),
)
os.close(given)
copying = threading.Thread(target=copy, args=(own, target))
while child.poll() is None:
    number = signal.sigwait(signals)
    if number == signal.SIGUSR1:
        copying.start()
    elif number != signal.SIGCHLD:
        child.send_signal(number)
if target > 0:
    if copying.ident is None:
        copying.start()
    copying.join()
sys.exit(child.returncode)
