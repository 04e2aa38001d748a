import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Failure } from "../../src/error.ts";
import { openStore, readStatus } from "../../src/store/open.ts";
import { SCHEMA_VERSION } from "../../src/store/postgres/schema.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { prompt } from "../support/envelope.ts";
import { type PostgresSchema, testSchema } from "../support/places.ts";

const INDEXES = `SELECT indexname, indexdef FROM pg_indexes
  WHERE schemaname = current_schema() ORDER BY 1`;
const COLUMNS = `SELECT table_name, column_name, data_type, is_nullable,
  column_default FROM information_schema.columns
  WHERE table_schema = current_schema() AND column_name <> 'file_id'
  ORDER BY 1, 2`;

/** Opens and closes it, and counts one more turn. */
async function use({ address }: PostgresSchema, text: string): Promise<number> {
  using store = await openStore(address, { synchronous: "off" });
  const tracker = new Tracker(store);
  const { turns } = await store.write(() => tracker.apply(prompt({ text })));
  return turns.at(-1)!.id;
}

/** The message with which the database is refused, for writers and readers. */
async function refusal(address: string, ...words: string[]): Promise<void> {
  const opened = await assertRejects(() => openStore(address), Failure);
  const read = await assertRejects(() => readStatus(address), Failure);
  for (const { message } of [opened, read]) {
    for (const word of words) assertStringIncludes(message, word);
    assertEquals(message.includes("\n"), false, message);
  }
}

testSchema(
  "SPEC 5: a table of another program is refused, and untouched",
  async (schema) => {
    schema.change("CREATE TABLE turns (turn_id_glob bigint, sid text)");
    await refusal(schema.address, '"turns" of another program', "--db");
    assertEquals(schema.rows(COLUMNS).length, 2);
  },
);

testSchema(
  "SPEC 5: a database of a newer version is refused, and untouched",
  async (schema) => {
    await use(schema, "a");
    schema.change("UPDATE turn_counter SET schema_version = 99");
    const before = schema.contents();
    await refusal(schema.address, "newer turn-counter", "99");
    assertEquals(schema.contents(), before);
  },
);

testSchema(
  "SPEC 5: a database of an earlier version gets what is missing, and keeps its turns",
  async (schema) => {
    assertEquals(await use(schema, "a"), 1);
    const [indexes, columns] = [INDEXES, COLUMNS].map((sql) =>
      schema.rows(sql)
    );
    schema.change(`UPDATE turn_counter SET schema_version = 0;
    DROP INDEX turns_orphaned_by; DROP INDEX turns_status;
    ALTER TABLE turns DROP COLUMN outcome_reason;
    ALTER TABLE checkpoints DROP COLUMN name; DROP TABLE answers`);
    const { message } = await assertRejects(
      () => readStatus(schema.address),
      Failure,
    );
    assertStringIncludes(message, "earlier turn-counter");
    assertEquals(await use(schema, "b"), 2);
    assertEquals(schema.rows(INDEXES), indexes);
    assertEquals(schema.rows(COLUMNS), columns);
    assertEquals(schema.rows("SELECT schema_version FROM turn_counter"), [
      [SCHEMA_VERSION],
    ]);
    assertEquals(schema.records().map(({ user_text }) => user_text), [
      "a",
      "b",
    ]);
  },
);

testSchema(
  "SPEC 5: an empty schema has no status, and remains empty",
  async (schema) => {
    const { message } = await assertRejects(
      () => readStatus(schema.address),
      Failure,
    );
    assertStringIncludes(message, "has not begun it");
    assertEquals(schema.rows(COLUMNS), []);
  },
);

testSchema(
  "SPEC 11: programs that start at once on an empty database share it",
  async (schema) => {
    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, i) => use(schema, `${i}`)),
    );
    assertEquals(ids.sort(), [1, 2, 3, 4, 5, 6]);
  },
);

testSchema(
  "SPEC 11: a database that cannot hold each text is refused",
  async ({ server }) => {
    await server.query(
      "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    await refusal(server.url(undefined, "latin"), "LATIN1", "UTF8");
  },
);

testSchema(
  "SPEC 11: a search path without a schema is refused",
  async ({ server }) => {
    await refusal(server.url("nowhere"), "no schema on the search path");
  },
);

testSchema(
  "SPEC 11: an upper-case schema with quotes and blanks is quoted",
  async ({ server }) => {
    await server.query('CREATE SCHEMA "My ""turns"');
    const address =
      `host=${server.path} user=turns dbname=postgres options='-csearch_path=\\"My\\\\\\ \\"\\"turns\\"'`;
    using store = await openStore(address, { synchronous: "off" });
    assertEquals(new Tracker(store).apply(prompt()).turns[0].id, 1);
    assertEquals((await readStatus(address)).turns, 1);
  },
);

testSchema(
  "SPEC 11: a role needs no more than rows, once the tables are there",
  async (schema) => {
    assertEquals(await use(schema, "a"), 1);
    const own = /place_\d+/.exec(schema.address)![0];
    schema.change(
      `CREATE ROLE ${own} LOGIN; GRANT USAGE ON SCHEMA ${own} TO ${own};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${own} TO ${own}`,
    );
    const address = schema.address.replace("turns@", `${own}@`);
    using store = await openStore(address, { synchronous: "off" });
    store.claim("log");
    const event = prompt({ text: "b" });
    await store.write(() => new Tracker(store).apply(event), {
      ...{ events: [event], owners: [] },
    });
    const [file] = [{ device: 1, inode: 2 }];
    const head = { end: 0, length: 0, hash: "" };
    store.addCheckpoint("log", { identity: file, name: null, seenMs: 0, head });
    assertEquals((await readStatus(address)).turns, 2);
    schema.change(`DROP OWNED BY ${own}; DROP ROLE ${own}`);
  },
);

testSchema(
  "SPEC 11: a role without a right gets a sentence that names it",
  async (schema) => {
    await use(schema, "a");
    const own = /place_\d+/.exec(schema.address)![0];
    schema.change(
      `CREATE ROLE ${own} LOGIN; GRANT USAGE ON SCHEMA ${own} TO ${own};
    GRANT SELECT ON ALL TABLES IN SCHEMA ${own} TO ${own}`,
    );
    using store = await openStore(schema.address.replace("turns@", `${own}@`));
    const { message } = await assertRejects(
      () => store.write(() => new Tracker(store).apply(prompt({ text: "b" }))),
      Failure,
    );
    assertStringIncludes(message, "does not permit this role");
    assertStringIncludes(message, "permission denied for table");
    schema.change(`DROP OWNED BY ${own}; DROP ROLE ${own}`);
  },
);
