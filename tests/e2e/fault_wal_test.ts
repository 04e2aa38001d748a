import { assert, assertEquals } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { contents } from "../support/database.ts";
import { logOf } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { linuxTest } from "./machine.ts";
import { run, Running, turnCounter, until } from "./program.ts";
import { assertRecovers, crash, EVENTS, noise, restore } from "./torn_wal.ts";

const COUNT = 8;

Deno.test(`SPEC 4: a damaged write-ahead log loses no event that is read again (${COUNT} seeds)`, async () => {
  await assertRecovers(COUNT);
});

linuxTest(
  "a write-ahead log full of garbage is neither read repeatedly nor kept",
  async () => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    const files = await crash(dir.file("crashed.db"), {
      events: 60,
      checkpointed: false,
    });
    const noisy = noise(new Random(5), 1 << 20);
    const garbage = new Uint8Array(32 << 20);
    for (let at = 0; at < garbage.length; at += noisy.length) {
      garbage.set(noisy, at);
    }
    garbage.set(files["-wal"]!);
    restore(path, { ...files, "-wal": garbage });

    await using program = Running.start(["--db", path]);
    await program.write(logOf(EVENTS.slice(59, 61)));
    for (const { t } of EVENTS.slice(59, 61)) {
      while (!(await program.line())!.includes(t));
    }
    const { bytes } = await use(program.pid);
    assert(bytes < 16 << 20, `${bytes} bytes were read`);
    await until(() => isQuiet(program.pid), "an idle program");
    assertEquals((await program.end()).code, 0);
    assertEquals([...Deno.readDirSync(dir.path)].length, 4);

    const log = dir.write("log", logOf(EVENTS.slice(0, 61)));
    await turnCounter(["--source", log, "--db", dir.file("once.db")]);
    assertEquals(contents(path), contents(dir.file("once.db")));
  },
);

/** Whether a process is almost idle for a second. */
async function isQuiet(pid: number): Promise<boolean> {
  const before = await use(pid);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const after = await use(pid);
  return after.calls - before.calls < 20 && after.ticks - before.ticks < 10;
}

/** The bytes and calls of input and output of a process, and its CPU ticks (10 ms). */
async function use(pid: number) {
  const { stdout } = await run(["cat", `/proc/${pid}/io`, `/proc/${pid}/stat`]);
  const io = (name: string) => +RegExp(`${name}: (\\d+)`).exec(stdout)![1];
  const stat = stdout.slice(stdout.lastIndexOf(")")).split(" ");
  return {
    bytes: io("rchar") + io("wchar"),
    calls: io("syscr") + io("syscw"),
    ticks: +stat[12] + +stat[13],
  };
}
