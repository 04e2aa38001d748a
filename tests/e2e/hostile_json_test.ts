import { assertEquals } from "@std/assert";
import { utf8 } from "../support/bytes.ts";
import { records } from "../support/database.ts";
import { at } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import {
  assertAgreesWithOracle,
  GOOD,
  lineWith,
  lineWithRaw,
  read,
} from "./hostile.ts";
import { turnCounter } from "./program.ts";

Deno.test("SPEC 1: a line with 100,000 brackets is decoded like any other", async () => {
  const open = "[".repeat(100_000);
  const deep = open + "]".repeat(100_000);
  const deepObject = '{"a":'.repeat(100_000) + "0" + "}".repeat(100_000);
  const lines = [
    // Without the name of a turn event.
    open,
    deep,
    deepObject,
    `{"event":"turn.delta","line":${open}`,
    `{"t":"","line":${deep},"event":"turn.delta"}`,
    // With it.
    `turn.user_message${open}`,
    `{"event":"turn.user_message","line":${open}`,
    `${open}"turn.user_message"${"]".repeat(100_000)}`,
    lineWithRaw("beside", "extra", deep),
    lineWithRaw("before", "event", `${deep},"event":"turn.user_message"`),
    lineWithRaw("metadata", "metadata", `{"pid":1,"extra":${deepObject}}`),
    lineWith("", {
      line: `data: {"message":"in the data","extra":${deepObject}}`,
    }),
    lineWith("", { line: `data: ${deep}` }),
    lineWithRaw("", "line", deep),
    lineWith("", { metadata: deep }),
    GOOD,
  ];
  const { prompts, rejected, dead } = await read(lines.join("\n"));
  assertEquals(prompts, [
    ...["beside", "before", "metadata", "in the data", "good"],
  ]);
  assertEquals(rejected, [
    "6: not JSON",
    "7: not JSON",
    "13: its line holds no JSON object",
    "14: its line holds no JSON object",
    "15: its metadata is not a JSON object",
  ]);
  const kept = [6, 7, 13, 14, 15].map((number) => lines[number - 1] + "\n");
  assertEquals(dead === kept.join(""), true);
  await assertAgreesWithOracle(utf8(lines.join("\n")));
});

Deno.test("SPEC 1: a pid is an integer from 0 to 2^53-1, as a number or a string of digits", async () => {
  const accepted = [
    ["-0", 0],
    ["0.0", 0],
    ["1e3", 1000],
    ['"007"', 7],
    [`"${"0".repeat(1000)}7"`, 7],
    ["9007199254740991", 2 ** 53 - 1],
    ['"9007199254740991"', 2 ** 53 - 1],
  ] as const;
  const refused = [
    ...["1e400", "-1e400", "9007199254740992", "9007199254740993", "1e308"],
    ...['"9007199254740992"', `"${"9".repeat(1000)}"`, "18446744073709551616"],
    ...["-1", "1.5", '"-1"', '"1e3"', '" 7"', '"7\\n"', '""', '"٣"', '"0x10"'],
    ...["true", "[7]", '{"pid":7}', '"NaN"', "null"],
  ];
  // Each in another session, so that it changes no other turn.
  const lineOfPid = (pid: string, i: number) =>
    lineWithRaw(pid, "metadata", `{"pid":${pid}}`)
      .replace(/"sid":"/, `$&${i}`);
  const good = accepted.map(([pid], i) => lineOfPid(pid, i));
  const bad = refused.map(lineOfPid);
  using dir = new TempDir();
  const [db, dead] = [dir.file("turns.db"), dir.file("dead")];
  const log = [...good, ...bad].map((line) => line + "\n").join("");
  const { code, stdout, stderr } = await turnCounter(
    ["--db", db, "--dead-letter", dead],
    { stdin: log },
  );
  assertEquals(code, 0);
  assertEquals(records(db).map(({ pid }) => pid), accepted.map(([, n]) => n));
  assertEquals(
    stdout.trimEnd().split("\n").map((line) => JSON.parse(line).pid),
    accepted.map(([, pid]) => pid),
  );
  const reason = "its pid is not an integer from 0 to 2^53-1";
  assertEquals(
    stderr.trimEnd().split("\n"),
    refused.map((_, i) =>
      `turn-counter: line ${good.length + i + 1} of stdin rejected: ${reason}`
    ),
  );
  assertEquals(
    Deno.readTextFileSync(dead),
    bad.map((line) => line + "\n").join(""),
  );
});

Deno.test("SPEC 1: keys that JavaScript objects inherit are ordinary keys", async () => {
  const proto = (json: string) => `{"__proto__":${json}}`;
  const data = JSON.stringify({ message: "from a prototype" });
  const whole = lineWith("from a prototype");
  const NAME = "turn.user_message";
  const without = (key: string, text = "without") =>
    lineWith(text, { [key]: undefined });
  const polluted = (line: string, json: string) =>
    line.replace("{", () => `{"__proto__":${json},`);
  const lines = [
    proto(whole),
    proto('{"event":"turn.user_message"}'),
    '{"event":"turn.user_message","__proto__":null}',
    polluted(without("sid"), '{"sid":"s"}'),
    polluted(without("t"), `{"t":"${at(0)}"}`),
    polluted(without("metadata"), '{"pid":7,"metadata":{"pid":7}}'),
    lineWithRaw("", "metadata", proto('{"pid":7}')),
    lineWithRaw("", "metadata", '"{\\"__proto__\\":{\\"pid\\":7}}"'),
    lineWithRaw("", "line", proto(data)),
    lineWithRaw("", "line", `{"payload":${proto(data)}}`),
    lineWithRaw("", "line", `{"constructor":{"prototype":${data}}}`),
    // Only the decoder can see that these are other events.
    ...["__proto__", "constructor", "toString"].flatMap((event) => [
      lineWith("", { event }).replace(/^\{("event":"\w+"),(.*)\}$/, "{$2,$1}"),
      lineWith("", { event: undefined, line: { type: event, message: NAME } }),
    ]),
    polluted(lineWith("unchanged"), '{"sid":"x","event":"turn.delta"}'),
    lineWith("as named", { sid: "__proto__" }),
    lineWith("__proto__", { sid: "constructor" }),
  ];
  const { prompts, rejected } = await read(lines.join("\n"));
  assertEquals(prompts, ["unchanged", "as named", "__proto__"]);
  assertEquals(
    rejected.map((line) => line.split(":")[0]),
    ["3", "4", "5", "6", "7", "8", "9", "10", "11"],
  );
  await assertAgreesWithOracle(utf8(lines.join("\n")));
});
