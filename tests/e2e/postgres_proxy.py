"""Passes a connection of PostgreSQL on, and cuts it at the worst moment.

Usage: postgres_proxy.py LISTEN-SOCKET SERVER-SOCKET

Reads commands from stdin, one a line. "cut" makes it pass on the next COMMIT,
drop the answer, and close the connection; it prints "cut" then. "freeze" makes
it pass on nothing more on the connections that are open; it prints "frozen".
"""

import os
import selectors
import socket
import sys

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"

listen, server = sys.argv[1:]
selector = selectors.DefaultSelector()
listener = socket.socket(socket.AF_UNIX)
listener.bind(listen)
os.chmod(listen, 0o777)
listener.listen()
selector.register(listener, selectors.EVENT_READ)
selector.register(sys.stdin, selectors.EVENT_READ)

peers = {}
clients = set()
cutting = set()
frozen = set()
is_armed = False


def close(end):
    other = peers.pop(end, None)
    if other is None:
        return
    peers.pop(other, None)
    for each in (end, other):
        if each in map(lambda key: key.fileobj, selector.get_map().values()):
            selector.unregister(each)
        each.close()
        clients.discard(each)
        cutting.discard(each)


print("ready", flush=True)
while True:
    for key, _ in selector.select():
        source = key.fileobj
        if source is sys.stdin:
            line = sys.stdin.readline()
            if line == "":
                sys.exit()
            if line == "cut\n":
                is_armed = True
            if line == "freeze\n":
                frozen |= set(peers)
                print("frozen", flush=True)
            continue
        if source is listener:
            client, _ = listener.accept()
            upstream = socket.socket(socket.AF_UNIX)
            try:
                upstream.connect(server)
            except OSError:
                client.close()
                continue
            peers[client], peers[upstream] = upstream, client
            clients.add(client)
            for end in (client, upstream):
                selector.register(end, selectors.EVENT_READ)
            continue
        if source not in peers:
            continue
        if source in frozen:
            # What comes is left unread, but not asked for all the time.
            selector.unregister(source)
            continue
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        if data == b"":
            close(source)
            continue
        other = peers[source]
        if source in clients and is_armed and COMMIT in data:
            is_armed = False
            cutting.add(other)
        if source in cutting:
            # The server has committed, and its answer is lost.
            close(source)
            print("cut", flush=True)
            continue
        try:
            other.sendall(data)
        except OSError:
            close(source)
