import { assertEquals } from "@std/assert";
import type {
  ChangeWatcher,
  Clock,
  Unwatched,
} from "../../src/source/follow/change_watcher.ts";
import { isMark } from "../../src/source/lines.ts";
import { FollowedTree } from "../../src/source/tree/followed_tree.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { MemoryCheckpoints } from "../support/follow/memory_checkpoints.ts";
import { TempDir } from "../support/temp.ts";

/** A tree under a clock and a watcher of the test's. */
class Tree {
  readonly dir = new TempDir();
  /** The paths that are followed. */
  paths = [this.dir.path];
  /** The directories that were accepted. */
  readonly accepted: string[] = [];
  readonly messages: string[] = [];
  /** What was asked to be watched, and which of it without what is below. */
  readonly watched: string[][] = [];
  readonly flat: string[][] = [];
  /** What has changed, and whether that is all. */
  changed = new Set<string>();
  areAll = true;
  nowMs = Date.now();
  /** Why nothing can be watched. */
  unwatched: Unwatched | undefined;
  #files: FollowedTree | undefined;
  #checkpoints = new MemoryCheckpoints();

  /**
   * The texts of the lines that are available after a look. What is stored is where
   * the last of them begins, as before it is emitted.
   */
  async read(): Promise<string[]> {
    const files = this.#files ??= this.#open();
    await files.look();
    const texts: string[] = [];
    for await (const items of files.available()) {
      for (const item of items) {
        if (isMark(item)) continue;
        this.#checkpoints.moveCheckpoint(item.place!.begin());
        const text = new TextDecoder().decode(item.bytes!);
        texts.push(/text (\d+)/.exec(text)![1]);
      }
    }
    return texts;
  }

  #open(): FollowedTree {
    const clock: Clock = {
      nowMs: () => this.nowMs,
      uptimeMs: () => this.nowMs,
    };
    const watcher: ChangeWatcher = {
      watch: (deep, flat = []) => {
        this.watched.push([...deep]);
        this.flat.push([...flat]);
        return this.unwatched;
      },
      take: () => {
        const changed = { paths: this.changed, areAll: this.areAll };
        this.changed = new Set();
        this.areAll = true;
        return changed;
      },
      changed: () => Promise.resolve(),
      close() {},
    };
    const report = (message: string) => this.messages.push(message);
    const damaged = (name: string, reason: string) => report(name + reason);
    const checkpoints = this.#checkpoints;
    const parts = { checkpoints, report, damaged, clock, watcher };
    const rules = {
      isExcluded: () => false,
      accept: (directory: string) => void this.accepted.push(directory),
    };
    const reading = { maxLineBytes: 10_000 };
    return new FollowedTree(this.paths, parts, reading, rules);
  }

  /** Ends the follower as a kill does; the next read is one of another. */
  kill(): void {
    this.#files?.close();
    this.#files = undefined;
  }

  /** Appends a line to a file, which is created if it is missing. */
  append(name: string, n: number): void {
    const line = lineOf(prompt({ text: `text ${n}` })) + "\n";
    Deno.writeTextFileSync(this.dir.file(name), line, { append: true });
  }

  [Symbol.dispose](): void {
    this.kill();
    this.dir[Symbol.dispose]();
  }
}

Deno.test("FollowedTree looks only at what the system reports, and at all files every 30 seconds", async () => {
  using tree = new Tree();
  tree.append("a", 1);
  assertEquals(await tree.read(), ["1"]);
  tree.append("a", 2);
  tree.append("b", 3);
  assertEquals(await tree.read(), []);
  tree.changed.add(tree.dir.file("b"));
  assertEquals(await tree.read(), ["3"]);
  tree.nowMs += 29_000;
  assertEquals(await tree.read(), []);
  tree.nowMs += 1000;
  assertEquals(await tree.read(), ["2"]);
});

Deno.test("FollowedTree looks at all files a second later where reports of changes are lost", async () => {
  using tree = new Tree();
  for (const name of ["a", "b"]) tree.append(name, 1);
  assertEquals(await tree.read(), ["1", "1"]);
  for (const name of ["a", "b"]) tree.append(name, 2);
  tree.areAll = false;
  tree.changed.add(tree.dir.file("a"));
  assertEquals(await tree.read(), ["2"]);
  tree.nowMs += 1000;
  assertEquals(await tree.read(), ["2"]);
});

Deno.test("FollowedTree looks at all files every second where the system reports no changes, and warns once", async () => {
  using tree = new Tree();
  tree.unwatched = { reason: "x", limit: "fs.inotify.max_user_watches" };
  tree.append("a", 1);
  assertEquals(await tree.read(), ["1"]);
  for (const n of [2, 3]) {
    tree.append("a", n);
    assertEquals(await tree.read(), []);
    tree.nowMs += 1000;
    assertEquals(await tree.read(), [`${n}`]);
  }
  assertEquals(tree.messages, [
    `the system has no file watches left for "${tree.dir.path}": looking for changes every second instead; raise fs.inotify.max_user_watches`,
  ]);
});

Deno.test("FollowedTree looks into a new directory again for some seconds, as it may not be watched yet", async () => {
  using tree = new Tree();
  tree.append("a", 1);
  assertEquals(await tree.read(), ["1"]);
  Deno.mkdirSync(tree.dir.file("new/deep"), { recursive: true });
  tree.changed.add(tree.dir.file("new"));
  assertEquals(await tree.read(), []);
  for (const n of [2, 3, 4]) {
    tree.append(`new/deep/${n}`, n);
    assertEquals(await tree.read(), []);
    tree.nowMs += 1000;
    assertEquals(await tree.read(), [`${n}`]);
  }
});

Deno.test("FollowedTree watches the directories that links lead to, and what takes the place of its own", async () => {
  using outside = new TempDir();
  using tree = new Tree();
  const root = tree.dir.path;
  assertEquals(await tree.read(), []);
  assertEquals(tree.watched, [[root]]);
  Deno.symlinkSync(outside.path, tree.dir.file("link"));
  tree.changed.add(tree.dir.file("link"));
  await tree.read();
  tree.nowMs += 1000;
  await tree.read();
  await tree.read();
  assertEquals(tree.watched.at(-1), [root, outside.path].sort());
  Deno.removeSync(root, { recursive: true });
  Deno.mkdirSync(root);
  tree.nowMs += 1000;
  const before = tree.watched.length;
  await tree.read();
  assertEquals(tree.watched.length, before + 1);
});

Deno.test("FollowedTree asks the head of a large file without a session only once", async () => {
  using tree = new Tree();
  const path = tree.dir.write("notes", "x".repeat(100_000));
  const small = tree.dir.write("small", "x\n");
  assertEquals(await tree.read(), []);
  for (const name of ["notes", "small"]) tree.append(name, 1);
  // A session that takes the place of its first bytes is one.
  tree.changed = new Set([path, small]);
  assertEquals(await tree.read(), []);
  Deno.writeTextFileSync(path, "");
  tree.append("notes", 2);
  tree.changed = new Set([path]);
  assertEquals(await tree.read(), ["2"]);
});

Deno.test("SPEC 4: FollowedTree gives what a kill left unemitted, though its file has not grown", async () => {
  using tree = new Tree();
  tree.append("a", 1);
  tree.append("a", 2);
  assertEquals(await tree.read(), ["1", "2"]);
  tree.kill();
  assertEquals(await tree.read(), ["2"]);
});

/** The day after which files that are gone are forgotten, and more. */
const LONG = 40 * 86_400_000;

Deno.test("FollowedTree finds a directory that is removed and made again, and resumes its sessions", async () => {
  using tree = new Tree();
  const root = tree.dir.file("root");
  tree.paths = [root];
  Deno.mkdirSync(root);
  tree.append("root/a", 1);
  assertEquals(await tree.read(), ["1"]);
  Deno.removeSync(root, { recursive: true });
  tree.nowMs += 1000;
  assertEquals(await tree.read(), []);
  assertEquals(tree.messages, [`"${root}" does not exist; waiting for it`]);
  tree.nowMs += LONG;
  assertEquals(await tree.read(), []);
  Deno.mkdirSync(root);
  tree.append("root/a", 1);
  tree.append("root/b", 2);
  tree.nowMs += 1000;
  assertEquals(await tree.read(), ["2"]);
  // It is watched again.
  assertEquals(tree.watched.at(-1), [root]);
  tree.append("root/b", 3);
  tree.changed.add(`${root}/b`);
  assertEquals(await tree.read(), ["3"]);
  // At once, this time.
  Deno.renameSync(root, tree.dir.file("away"));
  Deno.mkdirSync(root);
  tree.append("root/c", 4);
  tree.nowMs += 1000;
  assertEquals(await tree.read(), ["4"]);
  assertEquals(tree.watched.length, 4);
});

Deno.test("FollowedTree follows a link that is pointed elsewhere, and knows the sessions of before", async () => {
  using tree = new Tree();
  const [link, first, second] = ["link", "first", "second"]
    .map((name) => tree.dir.file(name));
  tree.paths = [link];
  for (const path of [first, second]) Deno.mkdirSync(path);
  const point = (target: string) => {
    if (tree.watched.length > 0) Deno.removeSync(link);
    Deno.symlinkSync(target, link);
    tree.nowMs += 1000;
  };
  tree.append("first/a", 1);
  tree.append("second/b", 2);
  point(first);
  assertEquals(await tree.read(), ["1"]);
  point(second);
  assertEquals(await tree.read(), ["2"]);
  assertEquals(tree.watched.at(-1), [second]);
  tree.nowMs += LONG;
  assertEquals(await tree.read(), []);
  tree.append("first/a", 3);
  point(first);
  assertEquals(await tree.read(), ["3"]);
  assertEquals(tree.accepted, [first, second]);
});

Deno.test("FollowedTree waits for a directory without scanning the others more often", async () => {
  using tree = new Tree();
  const paths = ["there", "missing"].map((name) => tree.dir.file(name));
  tree.paths = paths;
  Deno.mkdirSync(paths[0]);
  tree.append("there/a", 1);
  assertEquals(await tree.read(), ["1"]);
  tree.append("there/a", 2);
  for (let second = 1; second < 30; second++) {
    tree.nowMs += 1000;
    assertEquals(await tree.read(), []);
  }
  tree.nowMs += 1000;
  assertEquals(await tree.read(), ["2"]);
  assertEquals(tree.watched, [[paths[0]]]);
});

Deno.test("FollowedTree says after ten attempts why directories cannot be watched, and names no limit", async () => {
  using tree = new Tree();
  tree.unwatched = { reason: "you may not read it", limit: null };
  for (let n = 0; n < 9; n++) {
    assertEquals(await tree.read(), []);
    tree.nowMs += 1000;
  }
  assertEquals(tree.messages, []);
  for (let n = 0; n < 9; n++) {
    await tree.read();
    tree.nowMs += 1000;
  }
  assertEquals(tree.messages, [
    `cannot watch "${tree.dir.path}": you may not read it; looking for changes every second instead`,
  ]);
  assertEquals(tree.watched.length, 10);
});

Deno.test("SPEC 10: FollowedTree prefers a session's path to the inode of one with the same lines", async () => {
  using tree = new Tree();
  using away = new TempDir();
  const [one, two] = ["1.jsonl", "2.jsonl"].map((name) => tree.dir.file(name));
  const [first, second] = [away.file("first"), away.file("second")];
  const read = async () => {
    // A session at another inode is found by a scan of everything.
    tree.changed.add(two);
    const texts = await tree.read();
    tree.nowMs += 1000;
    return [...texts, ...await tree.read()];
  };
  tree.append("1.jsonl", 1);
  assertEquals(await tree.read(), ["1"]);
  Deno.renameSync(one, first);
  tree.append("2.jsonl", 1);
  tree.changed.add(two);
  assertEquals(await tree.read(), ["1"]);
  // As if a file system gave its inodes again.
  Deno.renameSync(two, second);
  Deno.renameSync(first, two);
  tree.append("2.jsonl", 2);
  assertEquals(await read(), ["2"]);
  Deno.copyFileSync(two, second);
  Deno.renameSync(second, two);
  assertEquals(await read(), []);
});
