import { gzipSync } from "node:zlib";
import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../src/error.ts";
import { openSources } from "../../src/source/open_sources.ts";
import { isMark } from "../../src/source/lines.ts";
import {
  filesBelow,
  unlessUnreadable,
} from "../../src/source/tree/files_below.ts";
import { findSessionFiles } from "../../src/source/tree/session_files.ts";
import { SessionTree } from "../../src/source/tree/session_tree.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { meta } from "../support/rollouts.ts";
import { TempDir } from "../support/temp.ts";

const failOn = (path: string, reason = "it is empty") => {
  throw new Error(`${path}: ${reason}`);
};
const reports = { damaged: failOn, skipped: failOn, empty: failOn };
const UUID = "019b7ca5-cf80-7000-8000-000000000000";
const CODEX = Deno.readTextFileSync("testdata/codex/legacy.jsonl");
const CLAUDE = Deno.readTextFileSync("testdata/claude/session.jsonl");
const COPILOT = Deno.readTextFileSync("testdata/copilot/session.jsonl");
const PI = Deno.readTextFileSync("testdata/pi/session.jsonl");

/** A transcript whose first time is that of its prompt. */
function transcript(timestamp: string, content = "hi"): string {
  const line = { type: "user", uuid: "u1", sessionId: "S" };
  const message = { role: "user", content };
  return `${JSON.stringify({ ...line, message, timestamp })}\n`;
}

/** Writes files, and the directories that they are in. */
function write(dir: TempDir, files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    const directory = dir.file(name).replace(/\/[^/]*$/, "");
    Deno.mkdirSync(directory, { recursive: true });
    dir.write(name, content);
  }
}

/** The session files of a directory as they are read, by their paths in it. */
async function filesIn(dir: TempDir, ...directories: string[]) {
  const paths = directories.map((name) => dir.file(name));
  const roots = paths.length > 0 ? paths : [dir.path];
  const { files } = await findSessionFiles(roots, failOn);
  return files.map(({ path }) => path.slice(dir.path.length + 1));
}

Deno.test("session files are recognised at any depth, other files are left alone", async () => {
  using dir = new TempDir();
  write(dir, {
    "sessions/2026/01/02/rollout.jsonl": CODEX,
    "projects/-w/5.jsonl": CLAUDE,
    "session-state/1/events.jsonl": COPILOT,
    "a/b/c/d/pi.jsonl": PI,
    "sse_lines.jsonl": lineOf(prompt()),
    "history.jsonl": '{"display":"hi","timestamp":1}\n',
    "config.toml": 'model = "m"\n',
    "empty.jsonl": "",
    "binary": Uint8Array.of(0, 0, 0, 255, 10, 0),
  });
  const { files, counts } = await findSessionFiles([dir.path], failOn);
  const found = files.map(({ path, dialect }) =>
    `${dialect} ${path.slice(dir.path.length + 1)}`
  );
  assertEquals(found.sort(), [
    "claude projects/-w/5.jsonl",
    "codex sessions/2026/01/02/rollout.jsonl",
    "copilot session-state/1/events.jsonl",
    "pi a/b/c/d/pi.jsonl",
    "sse sse_lines.jsonl",
  ]);
  assertEquals([...counts], [[dir.path, 5]]);
});

Deno.test("transcripts of sub-agents are left alone, packed ones too", async () => {
  using dir = new TempDir();
  write(dir, {
    "-w/1.jsonl": CLAUDE,
    "-w/agent-2.jsonl": CLAUDE,
    "-w/agent-3.jsonl.gz": gzipSync(CLAUDE),
    "-w/1/subagents/4.jsonl": CLAUDE,
  });
  assertEquals(await filesIn(dir), ["-w/1.jsonl"]);
});

Deno.test("session files are in the order of the time in the name, else of the first time", async () => {
  using dir = new TempDir();
  const names = {
    first: "z/2026-01-02T03-04-05-678Z_a.jsonl",
    second: "y/2.jsonl",
    third: "x/2026-01-02T03-04-05-680Z_a.jsonl",
    fourth: "w/4.jsonl",
  };
  write(dir, {
    // What is in them says the opposite, and a time in a text is none.
    [names.first]: transcript("2026-01-09T00:00:00.000Z"),
    [names.second]: transcript(
      "2026-01-02T03:04:05.679Z",
      'at "2001-01-01T00:00:00Z"',
    ),
    [names.third]: transcript("2026-01-01T00:00:00.000Z"),
    [names.fourth]: transcript("2026-01-02T03:04:05.681Z"),
  });
  assertEquals(await filesIn(dir), Object.values(names));
});

Deno.test("session files: the time in the name of a rollout is local", async () => {
  using dir = new TempDir();
  const local = new Date(2026, 0, 2, 3, 4, 5).getTime();
  const at = (ms: number) => transcript(new Date(ms).toISOString());
  const name = `rollout-2026-01-02T03-04-05-${UUID}.jsonl`;
  write(dir, {
    "2.jsonl": at(local + 1),
    "1.jsonl": at(local - 1),
    [name]: `${JSON.stringify(meta(900_000))}\n`,
  });
  assertEquals(await filesIn(dir), ["1.jsonl", name, "2.jsonl"]);
});

Deno.test("session files of one time are in the order of their last writes, then of their paths", async () => {
  using dir = new TempDir();
  const text = transcript("2026-01-02T03:04:05Z");
  write(dir, { "a": text, "b": text, "c": text, "d": text });
  for (const [name, second] of Object.entries({ a: 2, b: 1, c: 1, d: 0 })) {
    Deno.utimeSync(dir.file(name), second, second);
  }
  assertEquals(await filesIn(dir), ["d", "b", "c", "a"]);
});

Deno.test("session files without a time are in the order of their last writes", async () => {
  using dir = new TempDir();
  const first = '{"type":"mode","sessionId":"S"}\n';
  write(dir, {
    "a": first,
    "b": transcript("2026-01-02T03:04:05Z"),
    "2026-99-99T03-04-05_c": first,
  });
  const [before, after] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"];
  Deno.utimeSync(dir.file("a"), new Date(after), new Date(after));
  const c = dir.file("2026-99-99T03-04-05_c");
  Deno.utimeSync(c, new Date(before), new Date(before));
  const files = await filesIn(dir);
  assertEquals(files, ["2026-99-99T03-04-05_c", "b", "a"]);
});

Deno.test("session files of several directories are sorted together, each file once", async () => {
  using dir = new TempDir();
  write(dir, {
    "x/1": transcript("2026-01-01T00:00:00Z"),
    "y/2": transcript("2026-01-02T00:00:00Z"),
    "x/in/3": transcript("2026-01-03T00:00:00Z"),
  });
  const roots = ["y", "x", "x/in"].map((name) => dir.file(name));
  const { files, counts } = await findSessionFiles(roots, failOn);
  const paths = ["x/1", "y/2", "x/in/3"].map((name) => dir.file(name));
  assertEquals(files.map(({ path }) => path), paths);
  assertEquals([...counts.values()], [1, 2, 1]);
});

Deno.test("session files: a log that is there plain and compressed is read once, plain", async () => {
  using dir = new TempDir();
  const packed = gzipSync(CODEX);
  write(dir, {
    "a.jsonl.gz": packed,
    "a.jsonl": CODEX,
    "b.jsonl.gz": packed,
    // It has just been made; its lines are still to come.
    "c.jsonl": "",
    "c.jsonl.gz": packed,
  });
  const files = await filesIn(dir);
  assertEquals(files.sort(), ["a.jsonl", "b.jsonl.gz", "c.jsonl.gz"]);
});

Deno.test("session files: one compressed with xz is left alone", async () => {
  using dir = new TempDir();
  const xz = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0);
  write(dir, { "a.jsonl.xz": xz });
  assertEquals(await filesIn(dir), []);
});

Deno.test("files below a directory: links that form circles end, each file is found once", () => {
  using dir = new TempDir();
  write(dir, { "a/b/file": "x", "outside/other": "y" });
  const link = (target: string, name: string) =>
    Deno.symlinkSync(target, dir.file(name));
  link("..", "a/b/up");
  link(dir.path, "a/top");
  link("itself", "a/itself");
  link("nowhere", "a/dangling");
  link("b/file", "a/again");
  const found = [...filesBelow(dir.file("a"), { skipped: failOn })];
  const paths = found.map(({ path }) => path.slice(dir.path.length + 1));
  // What is outside is read through the link.
  assertEquals(paths, ["a/b/file", "a/top/outside/other"]);
});

Deno.test("files below a directory: what cannot be read is reported, and costs only itself", () => {
  const skipped: string[] = [];
  const attempt = (error: Error) =>
    unlessUnreadable("p", () => {
      throw error;
    }, (path, reason) => skipped.push(`${path}: ${reason}`));
  attempt(new Deno.errors.PermissionDenied());
  attempt(new Deno.errors.NotFound());
  attempt(new Deno.errors.NotCapable());
  assertEquals(skipped, [
    "p: you may not read it",
    "p: it is below /dev, /proc or /sys, where this program may open nothing",
  ]);
});

Deno.test("a session tree opens one file after the other, and reports one that has vanished", async () => {
  using dir = new TempDir();
  write(dir, {
    "1": transcript("2026-01-01T00:00:00Z", "one"),
    "2": transcript("2026-01-02T00:00:00Z", "gone"),
    "3": transcript("2026-01-03T00:00:00Z", "three"),
  });
  const skipped: string[] = [];
  const tree = await SessionTree.open([dir.path], {
    ...reports,
    skipped: (...what) => skipped.push(what.join(": ")),
  });
  const sizes = ["1", "2", "3"].map((name) =>
    Deno.statSync(dir.file(name)).size
  );
  Deno.removeSync(dir.file("2"));
  assertEquals(tree.size, sizes.reduce((sum, size) => sum + size));
  const lines: string[] = [];
  for await (const items of tree.read({ maxLineBytes: 1000 })) {
    for (const item of items) {
      if (isMark(item)) continue;
      const { message } = JSON.parse(new TextDecoder().decode(item.bytes!));
      lines.push(`${item.file.name.at(-1)}:${item.number} ${message.content}`);
      // A file that is rewritten before its turn is read as it is then.
      write(dir, { "3": transcript("2026-01-03T00:00:00Z", "new") });
    }
  }
  assertEquals(lines, ["1:1 one", "3:1 new"]);
  assertEquals(skipped, [`${dir.file("2")}: there is no such file`]);
});

Deno.test("sources: directories are one source, in place of the first", async () => {
  using dir = new TempDir();
  write(dir, { "a/1": CODEX, "b/2": CODEX, "c/3": "other", "log": "" });
  const [a, b, c, log] = ["a", "b", "c", "log"].map((name) => dir.file(name));
  const sources = await openSources([log, b, a, log, b, c], reports);
  assertEquals(sources.map(({ name }) => name), [log, `${b}, ${a}, ${c}`, log]);
  const tree = sources.find((source) => source instanceof SessionTree);
  assertEquals([...tree!.recognised], [[b, 1], [a, 1], [c, 0]]);
  // A file is open until it has been read.
  for (const source of sources) {
    for await (const _ of source.read({ maxLineBytes: 1 })) continue;
  }
});

Deno.test("sources: a directory that is gone is a usage error", async () => {
  using dir = new TempDir();
  const path = dir.file("gone");
  const message = `cannot read "${path}": there is no such file; `;
  for (
    const open of [
      SessionTree.open([path], reports),
      openSources([path], reports),
    ]
  ) {
    await assertRejects(() => open, UsageError, message);
  }
});
