/**
 * Cases in which a follower could lose lines or their order: files that it has
 * scanned but not read yet, very many files, a clock that is set back, files that
 * are moved during a scan.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Database } from "@db/sqlite";
import { query, records } from "../support/database.ts";
import { exists, FollowedLog, hasRead } from "./follower.ts";
import { run, until } from "./program.ts";
import { BY_MODES, linuxTest, testWith, traceTest } from "./machine.ts";

const zstdTest = await testWith("zstd");

/** More than the age up to which a file counts as new at a scan, in milliseconds. */
const STEP = 150;

/** A log that has been read to its end and is not being followed. */
async function readLog(): Promise<FollowedLog> {
  const log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  await log.stop();
  return log;
}

/** Lets the program read everything, and compares the result with a batch run. */
async function assertAllIsRead(log: FollowedLog): Promise<void> {
  await log.endsAsBatch();
}

Deno.test("SPEC 4: --follow killed in an old file reads newer files that were compressed meanwhile", async () => {
  await using log = await readLog();
  log.append(log.blockingLine());
  for (let i = 0; i < 3; i++) {
    await log.tick();
    log.rotate();
    log.append(log.turns(2));
  }
  await log.tick(STEP);
  log.startUnread();
  await until(() => records(log.db).length > 2, "the commit");
  await log.crash();
  await log.compress(2);
  await log.compress(1);
  log.start();
  await assertAllIsRead(log);
});

Deno.test("SPEC 4: --follow killed in the oldest of a hundred files reads them all", async () => {
  await using log = await readLog();
  log.append(log.blockingLine());
  for (let i = 0; i < 100; i++) {
    log.rotate();
    log.append(log.turns(1));
  }
  await log.tick(STEP);
  log.startUnread();
  await until(() => records(log.db).length > 2, "the commit");
  await log.crash();
  log.start();
  await assertAllIsRead(log);
});

Deno.test("SPEC 7: --follow reads files rotated before the start, though the clock was set back", async () => {
  await using log = await readLog();
  const db = new Database(log.db);
  // The clock was set back by an hour.
  db.exec("UPDATE checkpoints SET seen_ms = seen_ms + 3600000");
  db.close();
  for (let i = 0; i < 3; i++) {
    log.append(log.turns(2));
    log.rotate();
  }
  log.start();
  await assertAllIsRead(log);
});

linuxTest(
  "SPEC 7: --follow reads a rotated file as soon as it is readable",
  async () => {
    await using log = await readLog();
    log.append(log.turns(1));
    log.rotate();
    const [late, text] = log.mark();
    log.append(late);
    log.rotate();
    Deno.chmodSync(`${log.path}.1`, 0);
    await log.tick(STEP);
    log.append(log.turns(1));
    const program = log.startBy(...BY_MODES);
    await log.caughtUp();
    Deno.chmodSync(`${log.path}.1`, 0o600);
    await program.emits(text);
    assertMatch(await log.stop(), /^turn-counter: cannot read [^\n]*\n$/);
    assertEquals(
      records(log.db).map(({ user_text }) => user_text),
      ["prompt 0", "mark 0", "prompt 1", "prompt 2", "mark 2", text],
    );
  },
);

traceTest(
  "SPEC 7: --follow keeps the order if a file is compressed during a scan",
  async () => {
    await using log = await readLog();
    const [prompt, answer] = log.turn();
    log.append(prompt);
    log.rotate();
    log.append(answer);
    const trace = log.dir.file("trace");
    const calls = "statx,stat,newfstatat";
    log.startBy(
      ...["strace", "-D", "-f", "-o", trace, "-P", `${log.path}.1`],
      ...["-e", `trace=${calls}`],
      ...["-e", `inject=${calls}:delay_enter=500000:when=1`],
    );
    await until(
      () => exists(trace) && Deno.readTextFileSync(trace).includes(".1"),
      "the scan",
    );
    await log.compress(1);
    await assertAllIsRead(log);
  },
);

Deno.test("SPEC 7: --follow reads a log that was copied and emptied while it read an older file", async () => {
  await using log = await readLog();
  // More than the program reads ahead.
  for (let i = 0; i < 5; i++) log.append(log.blockingLine());
  log.rotate();
  const [prompt, answer] = log.turn();
  log.append(prompt);
  const read = log.startUnread();
  await until(() => records(log.db).length > 2, "the commit");
  log.copyTruncate();
  log.append(answer);
  read();
  await assertAllIsRead(log);
});

linuxTest(
  "SPEC 7: --follow reads both files after the emptied log was copied and emptied again",
  async () => {
    await using log = new FollowedLog();
    log.append(log.turns(1));
    const program = log.start();
    await log.caughtUp();
    Deno.truncateSync(log.path);
    await until(() => hasRead(program.pid, log.path), "the truncation");
    program.kill("SIGSTOP");
    const [prompt, answer] = log.turn();
    log.append(prompt);
    log.copyTruncate();
    log.append(answer);
    program.kill("SIGCONT");
    await assertAllIsRead(log);
  },
);

Deno.test("SPEC 7: --follow of a link emits nothing twice if its target is named like a rotated file", async () => {
  await using log = new FollowedLog();
  for (let i = 0; i < 4; i++) {
    const target = log.dir.file(`log.jsonl-2025111${i}`);
    log.appendTo(target, log.turns(1));
    if (exists(log.path)) Deno.removeSync(log.path);
    Deno.symlinkSync(target, log.path);
    if (i % 2 === 0) log.start();
    await log.caughtUp();
    if (i % 2 === 1) await log.stop();
    log.append(log.turns(1));
  }
  log.start();
  await assertAllIsRead(log);
  const lines = log.stream.split("\n");
  assertEquals(lines.length, new Set(lines).size);
});

for (const isDown of [false, true]) {
  Deno.test(
    `SPEC 7: --follow of a link reads the files that its target was rotated to ${
      isDown ? "before the start" : "meanwhile"
    }`,
    async () => {
      await using log = new FollowedLog();
      Deno.mkdirSync(log.dir.file("pod"));
      const target = log.dir.file("pod/0.log");
      Deno.symlinkSync(target, log.path);
      log.appendTo(target, log.turns(1));
      const program = log.start();
      await log.caughtUp();
      if (isDown) await log.stop();
      else program.kill("SIGSTOP");
      for (let i = 0; i < 2; i++) {
        log.appendTo(target, log.turns(2));
        await log.tick();
        Deno.renameSync(target, `${target}.2025111${i}-000000`);
      }
      await run(["gzip", `${target}.20251110-000000`]);
      log.appendTo(target, log.turns(1));
      if (isDown) log.start();
      else program.kill("SIGCONT");
      await assertAllIsRead(log);
    },
  );
}

Deno.test("SPEC 7: --follow reads the rest of a log from an archive that was incomplete before", async () => {
  await using log = await readLog();
  log.append(log.turns(50));
  log.start();
  await log.caughtUp();
  const archive = `${log.path}.1.gz`;
  const packed = async () => {
    const copy = log.dir.file("copy");
    Deno.copyFileSync(log.path, copy);
    await run(["gzip", "-f", copy]);
    return Deno.readFileSync(`${copy}.gz`);
  };
  // As a program writes it that compresses the log in place, and then removes it.
  const half = await packed();
  Deno.writeFileSync(archive, half.subarray(0, half.length / 2));
  // That a newer file has been read shows that the archive has been scanned.
  const [line, text] = log.mark();
  log.appendTo(`${log.path}.2`, line);
  await log.follower.emits(text);
  await log.crash();
  const [prompt, answer] = log.turn();
  log.append(log.turns(2) + prompt);
  Deno.writeFileSync(archive, await packed());
  Deno.removeSync(log.path);
  log.append(answer);
  log.start();
  await assertAllIsRead(log);
});

zstdTest(
  "SPEC 7: --follow reads files that were compressed with zstd, once",
  async () => {
    await using log = await readLog();
    log.start();
    await log.caughtUp();
    await log.stop();
    // Of the older one a part was read, of the newer one nothing.
    for (let i = 0; i < 2; i++) {
      log.append(log.turns(2));
      log.rotate();
      await log.tick(STEP);
    }
    const rotated = [1, 2].map((number) => `${log.path}.${number}`);
    const { code } = await run(["zstd", "-q", "--rm", ...rotated]);
    assertEquals(code, 0);
    log.append(log.turns(1));
    log.start();
    await assertAllIsRead(log);
    assertEquals(log.siblings(), [
      ...["log.jsonl", "log.jsonl.1.zst", "log.jsonl.2.zst"],
    ]);
  },
);

Deno.test("SPEC 7: --follow reads an archive further while it is copied into place", async () => {
  await using log = await readLog();
  log.append(log.turns(50));
  const copy = log.dir.file("copy");
  Deno.renameSync(log.path, copy);
  await run(["gzip", copy]);
  const bytes = Deno.readFileSync(`${copy}.gz`);
  log.append("");
  const archive = `${log.path}.1.gz`;
  const grow = (part: number) =>
    Deno.writeFileSync(archive, bytes.subarray(0, bytes.length * part));
  grow(0);
  const program = log.start();
  const { ino } = Deno.statSync(archive);
  const position = () =>
    query<[number]>(
      log.db,
      `SELECT read_bytes FROM checkpoints WHERE inode = ${ino}`,
    )[0]?.[0];
  await until(() => position() === 0, "the scan");
  for (const part of [0.5, 0.8]) {
    const known = position();
    grow(part);
    await until(() => position() > known, "more of the archive");
  }
  grow(1);
  await program.emits("prompt 50");
  await log.caughtUp();
  // No incomplete line was taken for a line.
  assertEquals((await log.stop()).includes("rejected"), false);
  await log.assertAsBatch();
});
