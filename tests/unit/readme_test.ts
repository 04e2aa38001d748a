import { Database } from "@db/sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Console } from "../../src/terminal/console.ts";
import { messages } from "../../src/terminal/messages.ts";
import { NAMED_COMMANDS, OPTIONS } from "../../src/cli/args/options.ts";
import { formatProgress } from "../../src/terminal/progress.ts";
import { noCounts } from "../../src/turns/counts.ts";
import type { Report } from "../../src/status/report.ts";
import { view } from "../../src/status/view.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { SHIPPED_PERMISSIONS } from "../../tools/build/permissions.ts";
import { query } from "../support/database.ts";
import { blocks, README } from "../support/readme.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("README shows the systemd unit of tools/examples", () => {
  const unit = Deno.readTextFileSync("tools/examples/turn-counter.service");
  assertEquals(blocks("ini"), [unit]);
});

Deno.test("README names every option and command", () => {
  for (const { name, commands = ["run"] } of OPTIONS) {
    const form = commands.includes("run") ? `\`--${name}` : `--${name}`;
    assertStringIncludes(README, form);
  }
  for (const name of Object.keys(NAMED_COMMANDS)) {
    assertStringIncludes(README, `\`${name}`);
  }
});

Deno.test("README names only files that exist", () => {
  const paths = /`((?:src|tests|tools|testdata)\/[\w./]+)`/g;
  const named = [...README.matchAll(paths)].map(([, path]) => path);
  assert(named.length > 15, `${named}`);
  for (const path of named) Deno.statSync(path);
});

Deno.test("README shows a record of the golden stream, and explains each of its keys", () => {
  const golden = Deno.readTextFileSync("testdata/golden.turns.jsonl");
  const [shown] = blocks("json");
  const record = JSON.stringify(JSON.parse(shown));
  assert(golden.split("\n").includes(record), shown);
  const [, table] = /^\| key .*\n(?:\|[- |]+\n)((?:\|.*\n)+)/m.exec(README)!;
  const keys = table.split("\n").flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, key]) => key)
  );
  assertEquals(keys.sort(), Object.keys(JSON.parse(shown)).sort());
});

Deno.test("README shows the tables that the program creates", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  new SqliteStore(path)[Symbol.dispose]();
  const [sql] = blocks("sql");
  const shown = new Database(":memory:");
  try {
    shown.exec(sql.replace(", …", ""));
    const tables = shown.prepare(
      "SELECT name FROM sqlite_master WHERE sql > ''",
    )
      .values<[string]>().flat().filter((name) => !name.startsWith("sqlite_"));
    assertEquals(tables.length, 6);
    for (const table of tables) {
      const columns =
        `SELECT name, type, dflt_value, pk FROM pragma_table_info('${table}')`;
      const ours = query(path, columns);
      const theirs = shown.prepare(columns).values();
      const isShortened = sql.includes(`TABLE ${table} `) &&
        sql.split(`TABLE ${table} `)[1].split(";")[0].includes("…");
      assertEquals(
        theirs,
        ours.slice(0, isShortened ? theirs.length : undefined),
      );
    }
    const all = query<[string]>(
      path,
      "SELECT name FROM sqlite_master WHERE type = 'table'",
    ).flat().filter((name) => !name.startsWith("sqlite_"));
    assertEquals(tables.sort(), all.sort());
  } finally {
    shown.close();
  }
});

Deno.test("README shows a progress bar and a summary as the program prints them", () => {
  const [, bar, sum] = /```\n(█.*)\n(.*)\n```/.exec(README)!;
  // 291 MB of 596 MB; the bar appeared after the first half second.
  const progress = { value: 291e6, max: 596e6, time: 6650 };
  const drawn = formatProgress(
    { ...progress, progressBar: "█".repeat(9) + "░".repeat(11) },
    { ...noCounts(), minted: 782 },
    500,
  );
  assertEquals(bar, drawn);
  const lines: string[] = [];
  const console = new Console({ isTerminal: true, color: false });
  const { write } = messages;
  messages.write = (text) => void lines.push(text);
  try {
    console.summary({
      ...{ ...noCounts(), lines: 284_936, minted: 1428, completed: 1240 },
      ...{ orphaned: 198, unmatched: 2 },
    });
  } finally {
    messages.write = write;
  }
  assertEquals(
    lines.map((line) => line.replace(/in \S+ s\n/, "in 10 s")),
    [sum],
  );
});

Deno.test("README shows followed files as status prints them", () => {
  const [, rows] = /```\n( read .*\n.*\n)```/.exec(README)!;
  const [, path] = /(\/.*)\n/.exec(rows)!;
  const status: Report = {
    ...{ database: "turns.db", readMs: 2000, turns: 0, sessions: 0 },
    ...{ byStatus: { completed: 0, orphaned: 0, waiting_response: 0 } },
    ...{ sinceMs: null, durations: null, days: [], lastTurns: [] },
    breakdown: { turns: 0, outcomes: [], agents: [], cwds: [] },
    directories: [],
    files: [{
      ...{ host: null, path, state: "current", movedMs: 0, sizeBytes: 27_000 },
      ...{ readBytes: 27_000, readLines: 9, lagBytes: 0 },
    }],
  };
  const text = view(status, { now: 2000, width: 80, color: false });
  assertStringIncludes(text, rows);
});

Deno.test("README names all permissions of the binary", () => {
  assertEquals(
    SHIPPED_PERMISSIONS.map((permission) => permission.split("=")[0]).sort(),
    [
      "--allow-env",
      "--allow-ffi",
      "--allow-read",
      "--allow-write",
      "--no-prompt",
    ],
  );
  const variables = SHIPPED_PERMISSIONS.find((permission) =>
    permission.startsWith("--allow-env")
  )!.split("=")[1].split(",");
  assertEquals(variables.length, 4);
  assertStringIncludes(
    README.replaceAll("\n", " "),
    "read four environment variables; it has no permission for the network or for starting programs",
  );
});
