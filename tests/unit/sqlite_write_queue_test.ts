import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  NEXT,
  WriteQueue,
  WRITER,
} from "../../src/store/sqlite/write_queue.ts";
import { FileLocks } from "../../src/system/lock.ts";
import { TempDir } from "../support/temp.ts";

const MEMBER = new URL("../support/queue_member.ts", import.meta.url).pathname;

/** Another process in the queue. */
class Member implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #orders: WritableStreamDefaultWriter<Uint8Array>;
  #output: ReadableStreamDefaultReader<string>;
  #read = "";

  constructor(file: string, name: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "--no-config", "--no-check", "--no-prompt"],
        ...["--allow-read", "--allow-write", "--allow-ffi", MEMBER, file, name],
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  async order(orders: string): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(orders));
  }

  /** Reads its output until it has reported a word the given number of times. */
  async reports(word: string, times = 1): Promise<void> {
    const line = `${word}\n`;
    while (times > 0) {
      const end = this.#read.indexOf(line) + line.length;
      if (end >= line.length) {
        this.#read = this.#read.slice(end);
        times--;
        continue;
      }
      const { value, done } = await this.#output.read();
      assert(!done, `it ended before it reported ${word}`);
      this.#read += value;
    }
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It ended by itself.
    }
    await this.#child.status;
    await this.#output.cancel();
    await this.#orders.close().catch(() => {});
  }
}

/** A file, its locks, and this process in its queue. */
class Scene implements Disposable {
  #dir = new TempDir();
  readonly file = this.#dir.write("file", "");
  readonly #log = this.#dir.write("file.log", "");
  readonly locks = new FileLocks(this.file);
  readonly queue = new WriteQueue(this.locks, () => {});

  async member(name: string): Promise<Member> {
    const member = new Member(this.file, name);
    await member.reports("ready");
    return member;
  }

  get log(): string {
    return Deno.readTextFileSync(this.#log);
  }

  write = (name: string): void =>
    Deno.writeTextFileSync(this.#log, this.log + name);

  /** Blocks until another process has a lock. */
  untilTaken(key: bigint): void {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const end = performance.now() + 30_000;
    while (this.locks.tryLock(key)) {
      this.locks.unlock(key);
      assert(performance.now() < end, "no other process took it");
      Atomics.wait(cell, 0, 0, 1);
    }
  }

  [Symbol.dispose](): void {
    this.locks[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }
}

Deno.test("WriteQueue waits for the writing process, with or without a limit", async () => {
  using scene = new Scene();
  await using other = await scene.member("a");
  await other.order("h");
  await other.reports("writing");
  const never = () => scene.write("too early");
  assertThrows(() => scene.queue.runNow(never, 20), Error, "is locked");
  const turn = scene.queue.run(() => scene.write("b"));
  await other.order("!");
  await turn;
  assertEquals(scene.log, "ab");
  scene.queue.runNow(() => scene.write("c"), 20);
  assertEquals(scene.log, "abc");
});

Deno.test("WriteQueue gives no process a second turn while another is next", async () => {
  using scene = new Scene();
  await using other = await scene.member("a");
  for (const _ of Array(20)) {
    // As in a turn of this process.
    assert(scene.locks.tryLock(WRITER));
    await other.order("w");
    scene.untilTaken(NEXT);
    scene.locks.unlock(WRITER);
    await scene.queue.run(() => scene.write("b"));
    await other.reports("done");
  }
  assertEquals(scene.log, "ab".repeat(20));
});

Deno.test("WriteQueue loses no turn of several processes, and starves none", async () => {
  using scene = new Scene();
  const turns = 300;
  await using a = await scene.member("a");
  await using b = await scene.member("b");
  await using c = await scene.member("c");
  const members = [a, b, c];
  await Promise.all(members.map((member) => member.order("w".repeat(turns))));
  await Promise.all(members.map((member) => member.reports("done", turns)));
  const { log } = scene;
  assertEquals([..."abc"].map((name) => log.split(name).length - 1), [
    ...[turns, turns, turns],
  ]);
  const ends = [..."abc"].map((name) => log.lastIndexOf(name));
  for (const name of "abc") {
    const before = log.slice(0, Math.min(...ends)).split(name).length - 1;
    assert(before > turns / 10, `${name} wrote ${before} times in ${log}`);
  }
});

Deno.test("WriteQueue passes on the turn of a process that is killed in it", async () => {
  using scene = new Scene();
  {
    await using other = await scene.member("a");
    await other.order("h");
    await other.reports("writing");
    const turn = scene.queue.run(() => scene.write("b"));
    other.kill("SIGKILL");
    await turn;
  }
  assertEquals(scene.log, "b");
});

Deno.test("WriteQueue waits for a writing process that is suspended, and reports it once", async () => {
  using scene = new Scene();
  await using other = await scene.member("a");
  await other.order("h");
  await other.reports("writing");
  other.kill("SIGSTOP");
  await other.order("!");
  const reported = Promise.withResolvers<void>();
  let reports = 0;
  const queue = new WriteQueue(scene.locks, () => {
    reports++;
    reported.resolve();
  }, 50);
  const turns = [1, 2].map((n) => queue.run(() => scene.write(`${n}`)));
  await reported.promise;
  assertEquals(scene.log, "");
  other.kill("SIGCONT");
  await Promise.all(turns);
  assert(["a12", "a21"].includes(scene.log), scene.log);
  assertEquals(reports, 1);
});

Deno.test("WriteQueue skips a suspended process that is next", async () => {
  using scene = new Scene();
  await using writer = await scene.member("a");
  await using next = await scene.member("b");
  await writer.order("h");
  await writer.reports("writing");
  await next.order("w");
  scene.untilTaken(NEXT);
  next.kill("SIGSTOP");
  await writer.order("!");
  await scene.queue.run(() => scene.write("c"));
  assertEquals(scene.log, "ac");
  next.kill("SIGCONT");
  await next.reports("done");
  assertEquals(scene.log, "acb");
});
