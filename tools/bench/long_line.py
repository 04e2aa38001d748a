#!/usr/bin/env python3
"""Writes a short line and one of so many bytes, neither of which concerns a turn.

    python3 long_line.py BYTES [last]

With "last" the long line ends with the name of its event, so that all of it has to
be read. The short one shows the format.
"""

import os
import sys

PIECE = b"a command printed this, and much more of it; " * 20_000


def write(piece):
    piece = memoryview(piece)
    while piece:
        piece = piece[os.write(1, piece) :]


def main(size, name_last):
    name = b'"event":"turn.exec.end"'
    time = b'"t":"2025-11-19T00:00:00.000"'
    first, last = (time, name) if name_last else (name, time)
    head = b"{" + first + b',"line":"data: '
    tail = b'",' + last + b"}\n"
    write(b"{" + name + b"," + time + b"}\n")
    write(head)
    left = size - len(head) - len(tail)
    while left > 0:
        write(PIECE[:left])
        left -= len(PIECE)
    write(tail)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:] == ["last"])
