import { assert, assertEquals, assertMatch } from "@std/assert";
import { Database } from "@db/sqlite";
import { logBytes } from "../../tools/gen_log/log_generator.ts";
import { contents } from "../support/database.ts";
import { answer, at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { TempDir } from "../support/temp.ts";
import { Running, turnCounter } from "./program.ts";

const GOLDEN = "testdata/golden.jsonl";
const ADDED =
  /,"turn_id_glob":(\d+),"session_turn":(\d+|null),"session_pid_turn":(\d+|null),"turn_status":"(\w+)"(?:,"orphaned_turn_ids":(\[[\d,]+\]))?(?=\}\s*$)/;

interface Tagged {
  /** The line without the added members. */
  line: string;
  id: number | null;
  status: string | undefined;
  orphans: number[];
}

/** Parses a stream of events, and asserts that each line is JSON. */
function untag(stdout: string): Tagged[] {
  assert(stdout === "" || stdout.endsWith("\n"));
  return stdout.split("\n").slice(0, -1).map((text) => {
    JSON.parse(text);
    const [, id, , , status, orphans] = ADDED.exec(text) ?? [];
    return {
      line: text.replace(ADDED, ""),
      id: id === undefined ? null : +id,
      status,
      orphans: JSON.parse(orphans ?? "[]"),
    };
  });
}

async function events(log: string, ...args: string[]) {
  using dir = new TempDir();
  const db = dir.file("db");
  const source = dir.write("log", log);
  const ended = await turnCounter(
    ["--source", source, "--emit", "events", "--db", db, ...args],
  );
  assertEquals(ended.code, 0, ended.stderr);
  return untag(ended.stdout);
}

function isObject(line: string): boolean {
  try {
    return line.trim().startsWith("{") && typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

Deno.test("SPEC 6: --emit events writes each JSON object unchanged, except for added members", async () => {
  const golden = Deno.readTextFileSync(GOLDEN);
  const passed = await events(golden);
  // A torn line is not an object, but the envelope after the tear is.
  const objects = golden.split("\n").flatMap((line) => {
    const tail = line.slice(Math.max(0, line.lastIndexOf('{"event":')));
    return [line, tail].find(isObject) ?? [];
  });
  assertEquals(passed.map(({ line }) => line), objects);
  assert(objects.some((line) => !golden.includes(`\n${line}\n`)));
});

Deno.test("SPEC 6: --emit events adds the same turn to every event as the oracle", async () => {
  using dir = new TempDir();
  const log = logBytes({ seed: 11, events: 3000, prompts: 60, variants: 0.3 });
  const source = dir.write("log", log);
  const args = ["--source", source, "--emit", "events", "--db", dir.file("db")];
  const { stdout } = await turnCounter(args);
  const expected = new Oracle().run(log, source, "events").stdout;
  assertEquals(stdout.split("\n"), expected.split("\n"));
  const withTurn = untag(stdout).filter(({ id }) => id !== null).length;
  assert(withTurn > 1000, `${withTurn}`);
});

Deno.test("SPEC 6: --emit events keeps line endings and white space around an object", async () => {
  using dir = new TempDir();
  // The third contains the replacement character of invalid bytes.
  const lines = ["{}\r\n", ' {"a":1} \t\r\n', '{"a":"\ufffd"}\r\n', '{"a":2}'];
  const log = dir.write("log", lines.join(""));
  const args = ["--source", log, "--emit", "events", "--db", dir.file("db")];
  assertEquals((await turnCounter(args)).stdout, `${lines.join("")}\n`);
});

Deno.test("SPEC 6: --emit events results in the same database as --emit turns", async () => {
  using dir = new TempDir();
  const run = (emit: string) =>
    turnCounter(["--source", GOLDEN, "--emit", emit, "--db", dir.file(emit)]);
  const [turns, events] = [await run("turns"), await run("events")];
  assertEquals(contents(dir.file("events")), contents(dir.file("turns")));
  assertEquals(events.stderr, turns.stderr);
});

Deno.test("SPEC 6: a prompt that orphaned turns names them, even when it is read again", async () => {
  const asked = [0, 1, 2].map((second) => prompt({ t: at(second) }));
  const passed = await events(logOf([...asked, ...asked]));
  assertEquals(passed.map(({ id }) => id), [1, 2, 3, 1, 2, 3]);
  assertEquals(passed.map(({ orphans }) => orphans), [
    [],
    [1],
    [2],
    [],
    [1],
    [2],
  ]);
  const skipping = await events(logOf([...asked, ...asked]), "--skip-replayed");
  assertEquals(skipping.map(({ id }) => id), [1, 2, 3]);
});

Deno.test("SPEC 6: --emit events writes events without a turn unchanged, and only JSON objects", async () => {
  const other = '{"event":"turn.delta","t":"2025-11-18T12:00:00","sid":"x"} ';
  const lines = [
    ...["{}", '{"a":{"b":"}"}}', other, '{"event":"turn.delta","pid":1}'],
    lineOf(answer({ sid: "without turns" })),
  ];
  const dropped = ["", "[]", "1", "null", '"{}"', "{", '{"event":"turn.delta"'];
  const passed = await events([...lines, ...dropped].join("\n"));
  assertEquals(
    passed.map(({ line, id }) => [line, id]),
    lines.map((line) => [
      line,
      null,
    ]),
  );
});

Deno.test("SPEC 6: --emit events writes valid JSON for CRLF, byte order marks and invalid UTF-8", async () => {
  using dir = new TempDir();
  const encoder = new TextEncoder();
  const line = lineOf(prompt());
  const broken = encoder.encode(lineOf(prompt({ t: at(1), text: "?" })));
  broken[broken.lastIndexOf(63)] = 0xff;
  const log = dir.write(
    "log",
    new Uint8Array([
      ...encoder.encode(`\uFEFF${line}\n${line}\r\n`),
      ...broken,
    ]),
  );
  const args = ["--source", log, "--emit", "events", "--db", dir.file("db")];
  const { stdout } = await turnCounter(args);
  const [marked, crlf, replaced] = untag(stdout);
  assertEquals(marked.line, line);
  assertEquals(crlf.line, `${line}\r`);
  assertEquals(replaced.line, lineOf(prompt({ t: at(1), text: "\uFFFD" })));
  assertEquals([marked.id, crlf.id, replaced.id], [1, 1, 2]);
});

Deno.test("SPEC 7: --emit events writes other events that are longer than --max-line-bytes", async () => {
  const long = `{"event":"turn.delta","line":"${"x".repeat(99_999)}"}`;
  const hidden = `{"t":"${"y".repeat(9999)}"}`;
  const passed = await events(
    [long, lineOf(prompt({ text: "z".repeat(9999) })), hidden].join("\n"),
    "--max-line-bytes",
    "1000",
  );
  assertEquals(passed.map(({ line }) => line), [long, hidden]);
});

Deno.test("SPEC 6: --emit events rejects an object of too many values with a message", async () => {
  using dir = new TempDir();
  const many = `{"event":"turn.delta","x":[${"0,".repeat(1_000_001)}0]}`;
  const log = dir.write("log", `${many}\n${lineOf(prompt())}\n`);
  const args = ["--source", log, "--emit", "events", "--db", dir.file("db")];
  const { code, stdout, stderr } = await turnCounter(args);
  assertEquals([code, untag(stdout).length], [0, 1]);
  assertMatch(stderr, /^turn-counter: line 1 .* more than 1000000 values\n$/);
});

Deno.test("SPEC 4: --emit events writes each line before it waits for the next one", async () => {
  using dir = new TempDir();
  const args = ["--emit", "events", "--db", dir.file("db")];
  await using program = Running.start(args);
  const other = lineOf(prompt()).replace("turn.user_message", "turn.delta");
  for (const line of [other, lineOf(prompt()), other, lineOf(answer())]) {
    await program.write(`${line}\n`);
    const passed = await program.line();
    assertEquals(passed?.replace(ADDED, ""), line);
  }
  await program.write("no object\n");
  assertEquals((await program.end()).code, 0);
});

Deno.test("SPEC 7: --emit accepts turns and events only", async () => {
  const { code, stderr } = await turnCounter(["--emit", "all"]);
  assertEquals(code, 2);
  assertMatch(stderr, /turns or events/);
});

Deno.test("SPEC 4: --emit events emits all committed events before it ends with code 1", async () => {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  assertEquals((await turnCounter(["--db", db])).code, 0);
  const refusing = new Database(db);
  refusing.exec(`CREATE TRIGGER refuse BEFORE INSERT ON turns
    WHEN NEW.user_text = 'refused' BEGIN SELECT RAISE(ABORT, 'no'); END`);
  refusing.close();
  const texts = ["one", "two", "refused", "three"];
  const log = logOf(texts.map((text, i) => prompt({ text, t: at(i) })));
  const { code, stdout } = await turnCounter(
    ["--db", db, "--emit", "events", "--source", dir.write("log", log)],
  );
  assertEquals(code, 1);
  assertEquals(untag(stdout).map(({ id }) => id), [1, 2]);
});
