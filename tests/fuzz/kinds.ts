/**
 * The kinds of hostile lines, each by its name.
 *
 * @module
 */

import type { Random } from "../../tools/gen_log/random.ts";
import { type Bytes, concat, splice, utf8 } from "../support/bytes.ts";
import { anyBytes, anyPieces, disguise, mutate } from "./damage.ts";
import { type Node, objectsIn, toNode, toText } from "./json_tree.ts";
import { INVALID_UTF8, ODD_KEYS, ODD_VALUES } from "./odd_values.ts";

/** What a hostile line is made from. */
export interface Material {
  random: Random;
  /** The next line of a log that is as it should be. */
  line(): string;
  /** The longest line that is decoded, or a length to play with. */
  maxLineBytes: number;
}

/** Makes a line, which may have newlines in it, but needs none at its end. */
type Kind = (material: Material) => Bytes;

/** All kinds. */
export const KINDS: Record<string, Kind> = {
  mutated({ random, line }) {
    const bytes = utf8(line());
    for (let i = random.between(1, 8); i > 0; i--) mutate(random, bytes);
    return bytes;
  },

  torn({ random, line }) {
    const heads = Array.from(
      { length: random.pick([1, 1, 2]) },
      () => cutOff(random, utf8(line())),
    );
    const tail = random.pick([
      utf8(line()),
      utf8(line()),
      cutOff(random, utf8(line())),
      utf8('{"event":"turn.delta","t":'),
      utf8('{"event":'),
      utf8('{"event":{}}'),
    ]);
    return concat([...heads, tail]);
  },

  "random bytes": ({ random }) => anyBytes(random, random.below(300)),

  "pieces of envelopes": ({ random, line }) =>
    anyPieces(random, random.below(40), line()),

  "invalid UTF-8"({ random, line }) {
    let bytes = utf8(line());
    for (let i = random.between(1, 3); i > 0; i--) {
      const at = random.below(bytes.length + 1);
      bytes = splice(bytes, at, random.below(3), random.pick(INVALID_UTF8));
    }
    return bytes;
  },

  "deep nesting"({ random, line }) {
    const depth = random.pick([100, 10_000, 100_000]);
    const [open, close] = random.pick([["[", "]"], ['{"a":', "}"], [
      "[{",
      "}]",
    ]]);
    const deep = open.repeat(depth) +
      random.pick(["", "0", '{"event":']) +
      close.repeat(random.pick([depth, depth, 0, depth + 1]));
    const text = random.pick([
      deep,
      `turn.user_message${deep}`,
      `{"event":"turn.user_message","line":${deep}}`,
      line().replace(/\}$/, () => `,"extra":${deep}}`),
      line().replace("{", () => `{"extra":${JSON.stringify(deep)},`),
    ]);
    return utf8(text);
  },

  "odd values"({ random, line }) {
    const tree = toNode(JSON.parse(line()));
    for (let i = random.between(1, 2); i > 0; i--) bend(random, tree);
    return utf8(toText(tree));
  },

  "answers without text"({ random, line }) {
    const { metadata, sid, t } = JSON.parse(line());
    const content = random.pick([
      ...[undefined, null, "text", [], [null], [{ text: 1 }]],
      ...[[{ type: "image", text: "a" }], [{ type: "output_text", text: "" }]],
    ]);
    const data = { item: { type: "message", role: "assistant", content } };
    const event = "response.output_item.done";
    return utf8(JSON.stringify({ event, t, line: data, metadata, sid }));
  },

  "as another writer": ({ random, line }) => utf8(disguise(random, line())),

  NULs({ random, line }) {
    const bytes = utf8(line());
    // A file system that lost its power leaves blocks of them.
    const nuls = new Uint8Array(random.pick([1, 2, 512]));
    const at = random.pick([0, random.below(bytes.length), bytes.length]);
    return splice(bytes, at, random.below(2), nuls);
  },

  "about as long as allowed"({ random, line, maxLineBytes }) {
    const base = line();
    const length = maxLineBytes + random.pick([-1, 0, 1, random.below(500)]);
    const [before, after] = random.pick([
      ['{"event":"turn.delta","line":"turn.user_message', '"}'],
      [base.replace(/\}$/, ',"extra":"'), '"}'],
      [base.replace("{", '{"extra":"'), `",${base.slice(1)}`],
      [base.replace("{", '{"extra":"').slice(0, -1), ""],
      ['{"t":"', '"}'],
      ['{"t":"\\u0074', '","event":"turn.delta"}'],
    ]);
    const [head, tail] = [utf8(before), utf8(after)];
    const missing = Math.max(0, length - head.length - tail.length);
    return concat([head, utf8("x".repeat(missing)), tail]);
  },

  "byte order mark"({ random, line }) {
    const bytes = utf8(line());
    const at = random.pick([0, 0, random.below(bytes.length)]);
    return splice(bytes, at, 0, utf8("\uFEFF".repeat(random.between(1, 2))));
  },

  "UTF-16"({ random, line }) {
    const text = random.pick(["", "\uFEFF"]) + line() + "\n";
    return utf16(text, random.chance(0.5));
  },

  "white space": ({ random }) =>
    utf8(random.pick(["", "\r", "\r\r", " ", "\t\r", "\n\n", "\v", "\u2028"])),

  "no envelope": ({ random }) =>
    utf8(random.pick([
      ...["null", "0", "{}", "[]", "[1]", '"turn.user_message"', "{", '"'],
      ...["turn.user_message", "# response.output_item.done", '{"event":'],
      ...['{"event":"turn.user_message"}', '{"event":"turn.user_message'],
      ...["turn.shutdown_complete", '{"event":"turn.response.aborted"}'],
      ...['["turn.user_message"]', '{"event":""}', '{"event":"turn.delta"'],
    ])),
};

/** A beginning of it, at times all but its last byte. */
function cutOff(random: Random, bytes: Bytes): Bytes {
  const most = bytes.length - 1;
  return bytes.slice(0, random.pick([most, random.below(bytes.length)]));
}

/** Text as other systems write it. */
export function utf16(text: string, bigEndian: boolean): Bytes {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) {
    view.setUint16(2 * i, text.charCodeAt(i), !bigEndian);
  }
  return bytes;
}

/** Changes one member of some object of an envelope. */
function bend(random: Random, tree: Node): void {
  const object = random.pick(objectsIn(tree));
  if (!("members" in object) || object.members.length === 0) return;
  const { members } = object;
  const at = random.below(members.length);
  const [key, value] = members[at];
  const odd: Node = { raw: random.pick(random.pick(ODD_VALUES)) };
  random.pick([
    () => members[at] = [key, odd],
    () => members[at] = [key, odd],
    () => members[at] = [key, { raw: JSON.stringify(toText(value)) }],
    () => members[at] = [random.pick(ODD_KEYS), value],
    () => members.splice(at, 1),
    () => members.splice(random.below(members.length), 0, [key, odd]),
    () => members.splice(at, 0, [random.pick(ODD_KEYS), odd]),
    () => members.push(["pid", odd]),
  ])();
}
