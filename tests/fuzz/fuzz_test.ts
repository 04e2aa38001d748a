import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { at, lineOf, prompt } from "../support/envelope.ts";
import { cutLines, utf8 } from "../support/bytes.ts";
import { hostileLog } from "./hostile_log.ts";
import { KINDS } from "./kinds.ts";
import { toNode, toText } from "./json_tree.ts";
import { judge } from "../support/oracle/line.ts";
import { shrink } from "../support/shrink.ts";
import { Random } from "../../tools/gen_log/random.ts";

Deno.test("hostileLog() makes the same log from the same seed only", () => {
  assertEquals(hostileLog(1, 60), hostileLog(1, 60));
  assertNotEquals(hostileLog(1, 60).log, hostileLog(2, 60).log);
});

Deno.test("hostileLog() makes events, lines that are ignored, rejected, and torn", () => {
  const counts = { event: 0, ignored: 0, rejected: 0, torn: 0, long: 0 };
  for (let seed = 1; seed <= 10; seed++) {
    const { log, maxLineBytes } = hostileLog(seed, 100);
    for (const line of cutLines(log)) {
      const { event, rejected } = judge(line, maxLineBytes ?? 1e9);
      if (event !== null) counts.event++;
      if (event === null && rejected === null) counts.ignored++;
      if (rejected?.length === line.length) counts.rejected++;
      else if (rejected !== null) counts.torn++;
      if (line.length > (maxLineBytes ?? 1e9)) counts.long++;
    }
  }
  for (const [what, count] of Object.entries(counts)) {
    assert(count > 10, `${count} are ${what}`);
  }
});

Deno.test("KINDS make different lines each time", () => {
  const random = new Random(1);
  const line = () => lineOf(prompt({ t: at(random.below(1000)) }));
  for (const [name, kind] of Object.entries(KINDS)) {
    const made = Array.from(
      { length: 50 },
      () => kind({ random, line, maxLineBytes: 500 }).join(),
    );
    assert(new Set(made).size >= 5, name);
  }
});

Deno.test("toText() puts together what toNode() takes apart", () => {
  const value = JSON.parse(lineOf(prompt({ text: '"{"a":1}' })));
  assertEquals(JSON.parse(toText(toNode(value))), value);
});

Deno.test("shrink() keeps only the lines that show the defect", async () => {
  const log = utf8(
    Array.from({ length: 100 }, (_, i) => `<${i}>`).join("\n"),
  );
  const has = (log: Uint8Array, ...lines: string[]) =>
    lines.every((line) => new TextDecoder().decode(log).includes(line));
  const shrunk = await shrink(
    log,
    (log) => Promise.resolve(has(log, "<17>", "<64>", "<99>")),
  );
  assertEquals(new TextDecoder().decode(shrunk), "<17>\n<64>\n<99>");
});
