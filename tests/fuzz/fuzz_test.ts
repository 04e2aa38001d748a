import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { at, lineOf, prompt } from "../support/envelope.ts";
import { cutLines, utf8 } from "../support/bytes.ts";
import { DEFAULT_MAX_LINE_BYTES, hostileLog } from "./hostile_log.ts";
import { KINDS } from "./kinds.ts";
import { toNode, toText } from "./json_tree.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { judge } from "../support/oracle/plain_decoder.ts";
import { shrink } from "../support/shrink.ts";
import { Random } from "../../tools/gen_log/random.ts";

Deno.test("Oracle says of the golden log what its stream and stderr say", () => {
  const oracle = new Oracle(DEFAULT_MAX_LINE_BYTES);
  const { stdout, rejected } = oracle.run(
    Deno.readFileSync("testdata/golden.jsonl"),
  );
  assertEquals(stdout, Deno.readTextFileSync("testdata/golden.turns.jsonl"));
  const told = Deno.readTextFileSync("testdata/golden.stderr.txt");
  assertEquals(
    rejected,
    [...told.matchAll(/line (\d+) of/g)].map(([, number]) => +number),
  );
});

Deno.test("judge() takes a line apart where it is torn, and nowhere else", () => {
  const whole = lineOf(prompt());
  const half = whole.slice(0, 100);
  const cases: [line: string, event: boolean, rejected: string | null][] = [
    [whole, true, null],
    [half, false, half],
    [half + whole, true, half],
    [half + half, false, half + half],
    [half + '{"event":"turn.delta","t', false, half],
    [half + '{"event":"turn.del', false, half + '{"event":"turn.del'],
    [half + '{"event":', false, half + '{"event":'],
    [half + '{"event":{}}', false, half],
    [`{"event":"turn.delta"}${whole}`, false, null],
    ["x".repeat(50) + half, false, "x".repeat(50) + half],
  ];
  for (const [line, event, rejected] of cases) {
    const verdict = judge(utf8(line), 1000);
    const text = verdict.rejected && new TextDecoder().decode(verdict.rejected);
    assertEquals([verdict.event !== null, text], [event, rejected], line);
  }
});

Deno.test("hostileLog() makes the same log from the same seed, and another from another", () => {
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

Deno.test("each kind of hostile lines makes different ones", () => {
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

Deno.test("shrink() leaves the lines that it takes", async () => {
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
