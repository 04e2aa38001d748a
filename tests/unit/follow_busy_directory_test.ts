import { assertEquals } from "@std/assert";
import { SYSTEM_CLOCK } from "../../src/source/follow/change_watcher.ts";
import { RotatedLog } from "../../src/source/follow/rotated_log.ts";
import { SystemCalls } from "../support/follow/system_calls.ts";
import { TempDir } from "../support/temp.ts";

/** The calls of one scan of a log, by what they are. */
function callsOf(log: RotatedLog): Record<string, number> {
  const calls: Record<string, number> = {};
  using _ = new SystemCalls((call) => calls[call] = (calls[call] ?? 0) + 1);
  log.scan();
  return calls;
}

Deno.test("loki#10008: a scan looks at no other file, however many come and go", () => {
  using dir = new TempDir();
  const path = dir.write("log.jsonl", "x\n");
  dir.write("log.jsonl.1", "y\n");
  const log = new RotatedLog(path, SYSTEM_CLOCK);
  const quiet = callsOf(log);
  for (let i = 0; i < 1000; i++) dir.write(`other-${i}.jsonl`, "z\n");
  assertEquals(callsOf(log), quiet);
  Deno.removeSync(dir.file("other-7.jsonl"));
  assertEquals(callsOf(log), quiet);
});
