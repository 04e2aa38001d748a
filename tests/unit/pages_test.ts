import { Database } from "@db/sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Console } from "../../src/terminal/console.ts";
import { messages } from "../../src/terminal/messages.ts";
import { NAMED_COMMANDS } from "../../src/cli/args/commands.ts";
import { OPTIONS } from "../../src/cli/args/options.ts";
import { formatProgress } from "../../src/terminal/progress.ts";
import { noCounts } from "../../src/turns/counts.ts";
import type { Report } from "../../src/status/report.ts";
import { view } from "../../src/status/view.ts";
import { BEFORE_EXIT } from "../../src/cli/docs/manual.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { SHIPPED_PERMISSIONS } from "../../tools/build/permissions.ts";
import { query } from "../support/database.ts";
import { ARROWS } from "../../tools/check/arrows.ts";
import {
  anchorsIn,
  blocks,
  EXAMPLES,
  linksIn,
  page,
  PAGES,
  README,
} from "../support/pages.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("the examples show the systemd unit beside them", () => {
  const unit = Deno.readTextFileSync("tools/examples/turn-counter.service");
  assertEquals(blocks(EXAMPLES, "ini"), [unit]);
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

Deno.test("README begins with the command that builds and the one that tests", () => {
  const [[build, test, ...others]] = blocks(README, "sh")
    .map((block) => block.trimEnd().split("\n"));
  assertEquals(README.indexOf("```"), README.indexOf("```sh"));
  assert(build.startsWith("npx -y deno@"), build);
  assert(/^npx -y deno@[\d.]+ task test$/.test(test), test);
  assertEquals(others, []);
});

Deno.test("pages name only files that exist", () => {
  const paths = /`((?:src|tests|tools|testdata)\/[\w./]+)`/g;
  const named = PAGES.flatMap(({ text }) =>
    [...text.matchAll(paths)].map(([, path]) => path)
  );
  assert(named.length > 15, `${named}`);
  for (const path of named) Deno.statSync(path);
});

Deno.test("links in pages lead to files that exist, and to their headings", () => {
  let links = 0;
  for (const page of PAGES) {
    for (const { target, path, anchor } of linksIn(page)) {
      links++;
      const name = `${page.path} links to ${target}`;
      const { isFile, isDirectory } = Deno.statSync(path);
      assert(isFile || isDirectory, name);
      if (anchor === "") continue;
      assert(anchorsIn(Deno.readTextFileSync(path)).includes(anchor), name);
    }
  }
  assert(links > 15, `${links}`);
});

Deno.test("README links to every other page outside of the dialects", () => {
  const linked = linksIn(PAGES[0]).map(({ path }) => path);
  for (const { path } of PAGES.slice(1)) {
    if (!path.startsWith("src/dialect/")) assert(linked.includes(path), path);
  }
});

Deno.test("the architecture shows the rooms, and what each may import", () => {
  const text = page(".github/ARCHITECTURE.md");
  const [, table] = /^\| room .*\n\|[- |]+\n((?:\|.*\n)+)/m.exec(text)!;
  const namesIn = (cell: string) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) =>
      Object.hasOwn(ARROWS, name) || name === "deno.json" ? name : `src/${name}`
    );
  const shown = table.trimEnd().split("\n").map((row) => {
    const [, room, , imports] = row.split("|");
    return [namesIn(room)[0], namesIn(imports)];
  });
  const rooms = Object.entries(ARROWS)
    .filter(([room]) => room === "main.ts" || room.startsWith("src/"))
    .map(([room, imports]) => [room, [...imports]]);
  assertEquals(shown, rooms);
});

Deno.test("README shows a record of the golden stream, and explains each of its keys", () => {
  const golden = Deno.readTextFileSync("testdata/golden.turns.jsonl");
  const [shown] = blocks(README, "json");
  const record = JSON.stringify(JSON.parse(shown));
  assert(golden.split("\n").includes(record), shown);
  const [, table] = /^\| key .*\n(?:\|[- |]+\n)((?:\|.*\n)+)/m.exec(README)!;
  const keys = table.split("\n").flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, key]) => key)
  );
  assertEquals(keys.sort(), Object.keys(JSON.parse(shown)).sort());
});

Deno.test("the manual page shows the tables that the program creates", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  new SqliteStore(path)[Symbol.dispose]();
  const sql = BEFORE_EXIT.flatMap(({ parts }) => parts)
    .map((part) =>
      typeof part === "object" && "lines" in part ? part.lines : ""
    )
    .join("");
  const shown = new Database(":memory:");
  try {
    shown.exec(sql.replace(", ...", ""));
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
        sql.split(`TABLE ${table} `)[1].split(";")[0].includes("...");
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

Deno.test("the examples show a progress bar and a summary as the program prints them", () => {
  const [, bar, sum] = /```\n(█.*)\n(.*)\n```/.exec(EXAMPLES)!;
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

Deno.test("the examples show followed files as status prints them", () => {
  const [, rows] = /```\n( read .*\n.*\n)```/.exec(EXAMPLES)!;
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

Deno.test("the security page names all permissions of the binary", () => {
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
    page(".github/SECURITY.md").replaceAll(/\s+/g, " "),
    "read four environment variables; it has no permission for the network or for starting programs",
  );
});
