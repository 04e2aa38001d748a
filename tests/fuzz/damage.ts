/**
 * What torn writes, broken disks and other writers make of lines.
 *
 * @module
 */

import type { Random } from "../../tools/gen_log/random.ts";
import { shuffle } from "../../tools/gen_log/envelope.ts";
import { type Bytes, concat, utf8 } from "../support/bytes.ts";

/** Damages bytes in place. */
export function mutate(random: Random, bytes: Bytes): void {
  if (bytes.length === 0) return;
  const at = random.below(bytes.length);
  const to = random.below(bytes.length);
  const size = random.below(random.pick([2, 20, 200]));
  random.pick([
    () => bytes[at] = random.below(256),
    () => bytes[at] ^= 1 << random.below(8),
    () => bytes[at] = random.pick([...utf8('\n\r"{}\\u0[]')]),
    () => bytes.copyWithin(to, at, at + size),
    () => bytes.fill(0, at, at + size),
  ])();
}

/** Bytes of any value. */
export function anyBytes(random: Random, count: number): Bytes {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

const PIECES = [
  ...['{"event":"', '{"event":', "turn.user_message", "turn.delta"],
  ...["turn.response.completed", "turn.shutdown_complete"],
  ...["response.output_item.done", '"', '\\"', "\\", "\\u00", "4", "{", "}"],
  ...["[", "]", ":", ",", " ", "é", "\n", "\r\n", "\n\n", "\uFEFF", "\u0000"],
  ...['"sid":"s1"', '"pid":7', '"line":"data: ', '{"event":"turn.delta"}'],
].map(utf8);

/** Pieces of envelopes, `line` among them, and other bytes between them. */
export function anyPieces(random: Random, count: number, line: string): Bytes {
  const pieces = [...PIECES, utf8(line)];
  return concat(Array.from(
    { length: count },
    () => random.chance(0.2) ? anyBytes(random, 1) : random.pick(pieces),
  ));
}

/** Another text for the same object: other order, white space, escapes. */
export function disguise(random: Random, line: string): string {
  const entries = Object.entries(JSON.parse(line));
  shuffle(random, entries);
  const space = () => random.pick(["", "", " ", "\t", "  "]);
  // Any character of a string may be written as an escape.
  const text = (value: unknown) =>
    JSON.stringify(value).replace(
      /(?<!\\)[A-Za-z._]/g,
      (char, _at, all) =>
        all[0] === '"' && random.chance(0.05)
          ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
          : char,
    );
  const members = entries.map(([key, value]) =>
    `${space()}${text(key)}${space()}:${space()}${text(value)}${space()}`
  );
  return `${space()}{${members.join(",")}}${space()}`;
}
