"""Passes connections of PostgreSQL on as a network does: late, or not at all.

Usage: postgres_proxy.py LISTEN-SOCKET SERVER-SOCKET DELAY-MS

Each direction takes DELAY-MS. Reads orders from stdin, one a line, and answers
each with a line. They concern the connections that are open:

- cut: passes on the next COMMIT, then drops its answer and closes the
  connection. The line comes then.
- freeze: passes nothing on any more, and closes nothing.
- drop: closes them.
- trips: how often a client has sent and waited since this was asked last, on
  any connection. The last message does not count.
"""

import asyncio
import os
import sys

listen, server, delay = sys.argv[1:]
DELAY = float(delay) / 1000


TERMINATE = b"X\0\0\0\4"


class Link:
    """A client's connection and the one to the server."""

    open = set()
    is_armed = False
    trips = 0

    def __init__(self, client, upstream):
        self.writers = (client, upstream)
        self.is_clients_turn = True
        self.is_cut = False
        self.is_frozen = False
        Link.open.add(self)

    def pass_from_client(self, data, upstream):
        Link.trips += self.is_clients_turn and data != TERMINATE
        self.is_clients_turn = False
        if Link.is_armed and b"COMMIT\0" in data:
            Link.is_armed = False
            self.is_cut = True
        upstream.write(data)

    def pass_from_server(self, data, client):
        self.is_clients_turn = True
        if not self.is_cut:
            client.write(data)
            return
        # The server has committed, and its answer is lost.
        self.close()
        print("cut", flush=True)

    def close(self):
        Link.open.discard(self)
        for writer in self.writers:
            writer.close()


async def pass_on(link, reader, writer, send):
    """Passes one direction on, each piece after its delay."""
    pieces = asyncio.Queue()

    async def write():
        while True:
            due, data = await pieces.get()
            await asyncio.sleep(due - loop.time())
            if link.is_frozen:
                continue
            if data == b"":
                return link.close()
            send(data, writer)

    writing = asyncio.create_task(write())
    try:
        while data := await reader.read(1 << 16):
            await pieces.put((loop.time() + DELAY, data))
    except ConnectionError:
        pass
    await pieces.put((loop.time() + DELAY, b""))
    await writing


async def accept(reader, client):
    try:
        answers, upstream = await asyncio.open_unix_connection(server)
    except OSError:
        client.close()
        return
    link = Link(client, upstream)
    await asyncio.gather(
        pass_on(link, reader, upstream, link.pass_from_client),
        pass_on(link, answers, client, link.pass_from_server),
    )


async def obey():
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while order := (await orders.readline()).strip():
        if order == b"cut":
            Link.is_armed = True
            continue
        for link in list(Link.open):
            if order == b"freeze":
                link.is_frozen = True
            if order == b"drop":
                link.close()
        print(Link.trips, flush=True)
        Link.trips = 0


async def main():
    global loop
    loop = asyncio.get_running_loop()
    await asyncio.start_unix_server(accept, listen)
    os.chmod(listen, 0o777)
    print("ready", flush=True)
    await obey()
    # Nothing waits for what is under way.
    os._exit(0)


asyncio.run(main())
