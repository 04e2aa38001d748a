import { assertEquals, assertMatch } from "@std/assert";
import { Database } from "@db/sqlite";
import { records } from "../support/database.ts";
import { at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { exists, FollowedLog, hasRead } from "./follower.ts";
import { linuxTest } from "./machine.ts";
import { until } from "./program.ts";

/** More than the time after which a scan sees a change, in milliseconds. */
const STEP = 150;

Deno.test("SPEC 7: --follow reads the new file after a rename, and late lines of the old one", async () => {
  await using log = new FollowedLog();
  log.append("");
  log.start();
  for (let i = 0; i < 3; i++) {
    log.append(log.turns(3));
    await log.caughtUp();
    log.append(log.turns(2));
    // Lines of the old file precede those of the new one.
    log.rotate();
    log.append(log.turns(2));
    await log.caughtUp();
    const [line, text] = log.mark();
    log.appendTo(`${log.path}.1`, line);
    await log.follower.emits(text);
  }
  assertEquals(await log.stop(), "");
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow reads late lines of each of the last 16 files", async () => {
  await using log = new FollowedLog();
  log.append("");
  log.start();
  for (let i = 0; i < 16; i++) {
    log.append(log.turns(1));
    await log.caughtUp();
    log.rotate();
  }
  // By now the program would have closed excess files.
  await log.caughtUp();
  await log.tick(2500);
  await log.caughtUp();
  for (let i = 16; i > 0; i--) {
    const [line, text] = log.mark();
    log.appendTo(`${log.path}.${i}`, line);
    await log.follower.emits(text);
  }
  assertEquals(await log.stop(), "");
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow reads new lines of a renamed log before there is a new log", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  log.rename();
  const [line, text] = log.mark();
  log.appendTo(`${log.path}.1`, line);
  await log.follower.emits(text);
  log.append(log.turns(1));
  await log.endsAsBatch();
});

Deno.test("SPEC 7: --follow reads the rest of a deleted log, and the next log", async () => {
  await using log = new FollowedLog();
  log.start();
  for (let i = 0; i < 5; i++) {
    log.append(log.turns(2));
    await log.caughtUp();
    log.append(log.turns(2));
    Deno.removeSync(log.path);
    log.append(log.turns(2));
    await log.caughtUp();
  }
  await log.stop();
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow reads the rest in the copy when the log is copied and emptied", async () => {
  await using log = new FollowedLog();
  const program = log.start();
  for (let i = 0; i < 4; i++) {
    log.append(log.turns(3));
    await log.caughtUp();
    // The program does not run during all of this.
    program.kill("SIGSTOP");
    log.append(log.turns(3));
    log.copyTruncate();
    log.append(log.turns(1 + i * 3));
    program.kill("SIGCONT");
    await log.caughtUp();
  }
  await log.stop();
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow emits nothing twice when the log is copied and emptied", async () => {
  await using log = new FollowedLog();
  const program = log.start();
  for (let i = 0; i < 4; i++) {
    log.append(log.turns(3));
    await log.caughtUp();
    log.copyTruncate();
  }
  await log.caughtUp();
  assertEquals(program.lines, [...new Set(program.lines)]);
  await log.stop();
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow emits nothing twice when copying the log takes a while", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(50));
  const program = log.start();
  for (let part = 1; part < 4; part++) {
    await log.caughtUp();
    const content = Deno.readFileSync(log.path);
    const end = content.length * part / 4;
    Deno.writeFileSync(`${log.path}.1`, content.subarray(0, end));
    // So that the program scans the incomplete copy.
    await log.tick(STEP);
  }
  await log.caughtUp();
  Deno.copyFileSync(log.path, `${log.path}.1`);
  Deno.truncateSync(log.path);
  await log.caughtUp();
  assertEquals(program.lines, [...new Set(program.lines)]);
  assertEquals(await log.stop(), "");
  await log.assertAsBatch();
});

for (const sameBeginning of [false, true]) {
  Deno.test(
    `SPEC 7: --follow detects an emptied log that is longer again, ${
      sameBeginning ? "with the same first lines" : "with other lines"
    }`,
    async () => {
      for (const isDown of [false, true]) {
        await using log = new FollowedLog();
        const first = lineOf(prompt({ text: "first" })) + "\n";
        // More bytes than a fingerprint of the beginning has.
        const beginning = first + lineOf(prompt({ text: "x".repeat(9000) })) +
          "\n";
        log.append(beginning + log.turns(1));
        const program = log.start();
        await log.caughtUp();
        if (isDown) await log.stop();
        else program.kill("SIGSTOP");
        Deno.truncateSync(log.path);
        log.append((sameBeginning ? beginning : "") + log.turns(30));
        if (isDown) log.start();
        else program.kill("SIGCONT");
        await log.endsAsBatch();
      }
    },
  );

  Deno.test(
    `SPEC 7: --follow reads a longer file that replaces the log, ${
      sameBeginning ? "with the same first lines" : "with other lines"
    }`,
    async () => {
      for (const isDown of [false, true]) {
        await using log = new FollowedLog();
        const beginning = logOf([
          prompt({ text: "first" }),
          prompt({ text: "x".repeat(9000) }),
        ]);
        log.append(beginning + log.turns(1));
        log.start();
        await log.caughtUp();
        if (isDown) await log.stop();
        const other = log.dir.file("other");
        log.appendTo(other, (sameBeginning ? beginning : "") + log.turns(30));
        Deno.renameSync(other, log.path);
        if (isDown) log.start();
        await log.endsAsBatch();
      }
    },
  );
}

Deno.test("SPEC 7: --follow reads an emptied log from its beginning after it read everything", async () => {
  await using log = new FollowedLog();
  log.start();
  for (let i = 0; i < 5; i++) {
    log.append(log.turns(5 - i));
    await log.caughtUp();
    Deno.truncateSync(log.path);
  }
  log.append(log.turns(1));
  await log.endsAsBatch();
});

type Rotation = (log: FollowedLog, round: number) => void | Promise<void>;

function renameTo(name: string): Rotation {
  return (log, round) => {
    Deno.renameSync(log.path, log.dir.file(name.replace("N", `${round}`)));
    Deno.writeTextFileSync(log.path, "");
  };
}

/** How a log can be rotated while it is not followed. */
const ROTATIONS: Record<string, Rotation> = {
  "renamed": (log) => log.rotate(),
  "copied and emptied": (log) => log.copyTruncate(),
  "renamed and compressed": async (log) => {
    log.rotate();
    await log.compress(1);
  },
  "renamed, and compressed the next time": async (log) => {
    log.rotate();
    if (exists(`${log.path}.2`)) await log.compress(2);
  },
  "copied, emptied and compressed": async (log) => {
    log.copyTruncate();
    await log.compress(1);
  },
  "given a date": renameTo("log.jsonl-2025111N"),
  "given a date before the extension": renameTo("log-2025111N.jsonl"),
};

for (const [how, rotate] of Object.entries(ROTATIONS)) {
  Deno.test(`SPEC 7: --follow reads a log rotated while down: ${how}`, async () => {
    await using log = new FollowedLog();
    log.append(log.turns(2));
    log.start();
    await log.caughtUp();
    await log.stop();
    for (let round = 0; round < 5; round++) {
      // If they are read in the wrong order, the answer has no turn.
      const [prompt, answer] = log.turn();
      log.append(log.turns(2) + prompt);
      await log.tick();
      await rotate(log, round);
      log.append(answer);
      if (round % 3 !== 1) continue;
      log.start();
      await log.caughtUp();
      await (round === 1 ? log.crash() : log.stop());
    }
    log.start();
    await log.endsAsBatch();
  });
}

Deno.test("SPEC 7: --follow reports lines that are lost because the log was deleted before the start", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(2));
  log.start();
  await log.caughtUp();
  await log.stop();
  Deno.writeTextFileSync(log.path, "lost\n", { append: true });
  Deno.removeSync(log.path);
  log.append(log.turns(2));
  log.start();
  await log.caughtUp();
  assertMatch(await log.stop(), /^turn-counter: [^\n]*line 5[^\n]*--source\n$/);
  await log.assertAsBatch();
});

Deno.test("SPEC 7: --follow does not take a file for the log because it has its inode", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(2));
  log.start();
  await log.caughtUp();
  await log.stop();
  const { ino } = Deno.statSync(log.path);
  Deno.removeSync(log.path);
  // Many file systems give the number of a deleted file to the next one.
  const others: string[] = [];
  while (others.length < 50 && (!exists(log.path))) {
    const other = log.dir.write(`other${others.length}`, "");
    if (Deno.statSync(other).ino === ino) Deno.renameSync(other, log.path);
    else others.push(other);
  }
  log.append(log.turns(20));
  log.start();
  await log.endsAsBatch();
});

Deno.test("SPEC 7: --follow reads the copy of a log that was empty before the rest", async () => {
  await using log = new FollowedLog();
  log.append("");
  log.start();
  await until(() => log.isSeen, "the empty log");
  await log.stop();
  const [prompt, answer] = log.turn();
  log.append(prompt);
  log.copyTruncate();
  log.append(answer);
  log.start();
  await log.endsAsBatch();
});

linuxTest(
  "SPEC 7: --follow keeps the order of unread files if one has the inode of an empty one",
  async () => {
    await using log = new FollowedLog();
    log.append(log.turns(1));
    log.start();
    await log.caughtUp();
    log.rotate();
    await until(() => hasRead(log.follower.pid, log.path), "the empty log");
    log.rotate();
    await log.caughtUp();
    await log.stop();
    // Its inode is free then, and many file systems reuse it for the next file.
    await log.compress(1);
    log.rotate();
    for (let i = 0; i < 5; i++) {
      const [prompt, answer] = log.turn();
      log.append(prompt);
      log.rotate();
      log.append(answer);
    }
    log.start();
    await log.endsAsBatch();
  },
);

Deno.test("SPEC 7: --follow emits nothing again because files were renamed and compressed", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(10));
  log.start();
  await log.caughtUp();
  for (let round = 0; round < 4; round++) {
    log.append(log.turns(2));
    log.rotate();
    await log.compress(1);
    // A writer may be late even then, in the file that has no name any more.
    await log.caughtUp();
  }
  await log.stop();
  log.start();
  await log.endsAsBatch();
  const lines = log.stream.split("\n");
  assertEquals(lines.length, new Set(lines).size);
});

Deno.test("SPEC 7: --follow reads unread files in the order of rotation, not of modification", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  await log.stop();
  const [prompt, answer] = log.turn();
  for (const lines of ["", log.turns(1) + prompt, answer + log.turns(1)]) {
    log.append(lines);
    log.rotate();
    await log.tick();
  }
  Deno.writeTextFileSync(`${log.path}.2`, "late\n", { append: true });
  log.start();
  await log.endsAsBatch();
});

Deno.test("SPEC 7: --follow ignores other logs with similar names", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  await log.stop();
  const others = [
    ...["log-2.jsonl", "log.jsonl.bak", "log.jsonl~", "log.jsonl.lock"],
    ...["log.jsonl.1.tmp", "old-log.jsonl", "log.json", "log_1.jsonl"],
  ];
  for (const name of others) {
    log.dir.write(name, logOf([prompt({ text: name, sid: name })]));
  }
  log.start();
  log.rotate();
  await log.caughtUp();
  await log.stop();
  assertEquals(
    records(log.db).map(({ user_text }) => user_text),
    ["prompt 0", "mark 0", "mark 1"],
  );
});

Deno.test("SPEC 7: --follow with blocked stdout loses nothing while the log is rotated repeatedly", async () => {
  for (const isKilled of [false, true]) {
    await using log = new FollowedLog();
    log.append(log.turns(300));
    const read = log.startUnread();
    await until(() => log.isSeen && records(log.db).length > 0, "a turn");
    for (let round = 0; round < 4; round++) {
      const [prompt, answer] = log.turn();
      log.append(log.turns(5) + prompt);
      await log.tick();
      log.rotate();
      if (round > 1) await log.compress(2);
      log.append(answer);
    }
    read();
    if (isKilled) {
      await log.crash();
      log.start();
    }
    await log.endsAsBatch();
  }
});

Deno.test("SPEC 7: --follow reads the right files if they are moved while it reads older ones", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  await log.stop();
  const rotate = async () => {
    await log.tick();
    log.rotate();
    await log.compress(1);
  };
  log.append(log.turns(300));
  await rotate();
  for (let round = 0; round < 3; round++) {
    const [prompt, answer] = log.turn();
    log.append(log.turns(30) + prompt);
    await rotate();
    log.append(answer);
  }
  const read = log.startUnread();
  await until(() => records(log.db).length > 10, "turns of the oldest file");
  await rotate();
  await rotate();
  log.append(log.turns(1));
  read();
  await log.endsAsBatch();
});

for (const args of [[], ["--synchronous", "off"]]) {
  Deno.test(`SPEC 4: --follow ${args.join(" ")} killed between commit and write emits the record later`, async () => {
    await using log = new FollowedLog();
    const small = prompt({ text: "small" });
    // More than a pipe holds: it is committed, but its record is blocked.
    const large = prompt({ text: "x".repeat(3e6), t: at(1e6) });
    log.append(logOf([small, large]));
    log.startUnread(...args);
    await until(() => log.isSeen && records(log.db).length > 1, "the commit");
    await log.crash();
    log.start(...args);
    await log.endsAsBatch();
  });
}

linuxTest(
  "SPEC 5: --follow waits for another program that writes to the database",
  async () => {
    await using log = new FollowedLog();
    log.append(log.turns(1));
    log.start();
    await log.caughtUp();
    const other = new Database(log.db);
    try {
      other.exec("BEGIN IMMEDIATE");
      log.append(log.turns(3));
      await until(() => hasRead(log.follower.pid, log.path), "the new lines");
      other.exec("COMMIT");
    } finally {
      other.close();
    }
    await log.endsAsBatch();
  },
);

Deno.test("SPEC 8: --follow exits with 1 if the database stays locked, and loses nothing", async () => {
  await using log = new FollowedLog();
  log.append(log.turns(1));
  log.start();
  await log.caughtUp();
  const other = new Database(log.db);
  try {
    other.exec("BEGIN IMMEDIATE");
    log.append(log.turns(3));
    const { code, stderr } = await log.end();
    assertEquals(code, 1);
    assertMatch(stderr, /^turn-counter: database [^\n]* is locked [^\n]*\n$/);
  } finally {
    other.close();
  }
  log.start();
  await log.endsAsBatch();
});
