import { assertEquals, assertThrows } from "@std/assert";
import { openStore, readStatus } from "../../src/store/open.ts";
import { ServerError } from "../../src/store/postgres/answer.ts";
import { connect } from "../../src/store/postgres/connect.ts";
import { Connection } from "../../src/store/postgres/connection.ts";
import { libpq } from "../../src/store/postgres/libpq.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import type { Store } from "../../src/turns/store.ts";
import { answer, at, prompt } from "../support/envelope.ts";
import { testSchema } from "../support/places.ts";
import { PostgresProxy } from "../support/postgres_proxy.ts";
import { TempDir } from "../support/temp.ts";

/** Applies events as one group. */
async function apply(store: Store, events: TurnEvent[]): Promise<void> {
  const tracker = new Tracker(store);
  const work = () => events.forEach((event) => tracker.apply(event));
  await store.write(work, { events, owners: [] });
}

/** Tests what goes back and forth between a program and a schema. */
function testTrips(
  name: string,
  test: (proxy: PostgresProxy, address: string) => Promise<void>,
): void {
  testSchema(name, async ({ server, address }) => {
    using dir = new TempDir();
    await using proxy = await PostgresProxy.start(dir, server);
    await test(proxy, proxy.url(address));
  });
}

/** A store in use, each statement of which was run before. */
async function usedStore(address: string): Promise<Store> {
  const store = await openStore(address, { synchronous: "off" });
  for (const t of [at(0), at(1)]) await apply(store, [prompt({ t })]);
  return store;
}

testTrips(
  "SPEC 11: a lone prompt and its answer take two round trips each",
  async (proxy, address) => {
    using store = await usedStore(address);
    await proxy.trips();
    await apply(store, [prompt({ t: at(2) })]);
    assertEquals(await proxy.trips(), 2);
    await apply(store, [answer({ t: at(3) })]);
    assertEquals(await proxy.trips(), 2);
    // A known one as well.
    await apply(store, [answer({ t: at(3) })]);
    assertEquals(await proxy.trips(), 2);
  },
);

testTrips(
  "SPEC 11: a group of 256 events takes two round trips",
  async (proxy, address) => {
    using store = await usedStore(address);
    await proxy.trips();
    const events = Array.from({ length: 128 }, (_, i) => [
      prompt({ sid: `${i % 7}`, t: at(2 * i) }),
      answer({ sid: `${i % 7}`, t: at(2 * i + 1) }),
    ]).flat();
    await apply(store, events);
    assertEquals(await proxy.trips(), 2);
  },
);

testTrips(
  "SPEC 11: a checkpoint moves in one round trip",
  async (proxy, address) => {
    using store = await usedStore(address);
    const file = await store.write(() =>
      store.addCheckpoint("log", {
        ...{ identity: { device: 1, inode: 2 }, name: null, seenMs: 0 },
        head: { end: 0, length: 0, hash: "" },
      })
    );
    await proxy.trips();
    const work = () => store.moveCheckpoint({ ...file, offset: 7 });
    await store.write(work, { events: [], owners: [] });
    assertEquals(await proxy.trips(), 1);
    assertEquals(store.checkpointsOf("log")[0].offset, 7);
  },
);

testTrips(
  "SPEC 11: a start takes six round trips, a claim one, and a status 19",
  async (proxy, address) => {
    (await usedStore(address))[Symbol.dispose]();
    await proxy.trips();
    using store = await openStore(address);
    assertEquals(await proxy.trips(), 6);
    store.claim("log");
    assertEquals(await proxy.trips(), 1);
    await readStatus(address);
    assertEquals(await proxy.trips(), 19);
  },
);

for (
  const [kind, isAnnounced, runsOfEach] of [
    ["group", true, 1],
    // At first it is taken for one that reads nothing.
    ["group that was not announced", false, 2],
  ] as const
) {
  testSchema(
    `SPEC 11: a ${kind} reads what was committed while it waited for another`,
    async ({ address }) => {
      using one = await usedStore(address);
      using other = await openStore(address, { synchronous: "off" });
      let runs = 0;
      const change = (store: Store, all: TurnEvent[]) => {
        const tracker = new Tracker(store);
        const work = () => {
          runs++;
          return all.map((event) => tracker.apply(event).change);
        };
        const events = isAnnounced ? all : [];
        return store.write(work, { events, owners: [] });
      };
      for (let i = 2; i < 20; i++) {
        const events = [prompt({ t: at(i) }), answer({ t: at(i) })];
        const changes = await Promise.all(
          [one, other].map((store) => change(store, events)),
        );
        assertEquals(changes.sort(), [
          ["known", "known"],
          ["minted", "completed"],
        ]);
      }
      assertEquals(runs, 18 * 2 * runsOfEach);
    },
  );
}

/** Connects with libpq as it is, and with one that is older than PostgreSQL 14. */
async function connections(address: string): Promise<Connection[]> {
  const older = { ...libpq(), PQenterPipelineMode: null };
  return await Promise.all([libpq(), older].map(async (pq) => {
    const handle = await connect(address, { defaults: {}, forced: {} });
    return new Connection(handle, pq);
  }));
}

testSchema(
  "SPEC 11: an older libpq commits the same, in more round trips",
  async (schema) => {
    using dir = new TempDir();
    await using proxy = await PostgresProxy.start(dir, schema.server);
    const address = proxy.url(schema.address);
    schema.change("CREATE TABLE t (n integer)");
    const insert = "INSERT INTO t VALUES ($1) RETURNING json_build_array(n)";
    const trips = [];
    for (const connection of await connections(address)) {
      using _ = connection;
      await proxy.trips();
      const parts = ["BEGIN; SET LOCAL jit = off", [insert, [1]]] as const;
      assertEquals(connection.all(...parts).rows, [[1]]);
      const { tag } = await connection.allLater(9e3, [insert, [2]], "COMMIT");
      assertEquals(tag, "COMMIT");
      trips.push(await proxy.trips());
    }
    assertEquals(schema.rows("SELECT n FROM t"), [[1], [2], [1], [2]]);
    assertEquals(trips, [2, 5]);
  },
);

testSchema(
  "SPEC 11: what follows a statement that fails is not run",
  async (schema) => {
    schema.change("CREATE TABLE t (n integer)");
    const insert = "INSERT INTO t VALUES (1 / $1::integer)";
    for (const connection of await connections(schema.address)) {
      using _ = connection;
      connection.all("BEGIN", [insert, [1]]);
      for (let round = 0; round < 2; round++) {
        const { code } = assertThrows(
          () => connection.all([insert, [0]], "COMMIT"),
          ServerError,
        );
        assertEquals(code, round === 0 ? "22012" : "25P02");
      }
      assertEquals(connection.all("COMMIT").tag, "ROLLBACK");
    }
    assertEquals(schema.rows("SELECT n FROM t"), []);
  },
);
