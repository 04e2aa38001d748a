/**
 * Finds the lines of a transcript that can concern a turn, by their first and
 * last bytes: the results of tools, which are most of a transcript, are never
 * read in between.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { isAt, latin1 } from "../ascii.ts";
import { type LineJudge, Verdict } from "../dialect.ts";
import type { ObjectPrefilter } from "../object_lines.ts";

/** Lines that do not concern a turn. */
interface Rule {
  /** What precedes the second brace of the line, if it matters. */
  before?: Uint8Array;
  /** At which brace, from 1, {@linkcode after} is. */
  brace: 1 | 2 | 3;
  /** What follows that brace: one of these. */
  after: Uint8Array[];
  /** What must not follow {@linkcode after}. */
  except?: Uint8Array;
  /**
   * What follows the last brace: the line ends as it began, so that no other line
   * is glued to the torn half of such a one.
   */
  last: Uint8Array;
}

const encoder = new TextEncoder();
const EMPTY = new Uint8Array();
const BRACE = 123;
const NEWLINE = 10;
/** How many bytes at either end of a line are looked at. */
const WINDOW = 1024;

const RULES: Rule[] = [
  { // A tool's result.
    before: encode('"message":'),
    brace: 3,
    after: ['"tool_use_id":"', '"type":"tool_result",'].map(encode),
    last: encode('"sourceToolAssistantUUID":"'),
  },
  {
    before: encode('"attachment":'),
    brace: 2,
    after: [encode('"type":"')],
    except: encode("queued_command"),
    last: encode('"type":"attachment",'),
  },
  {
    before: encode('"type":"progress","data":'),
    brace: 2,
    after: [EMPTY],
    last: encode('"parentToolUseID":"'),
  },
  {
    brace: 1,
    after: [encode('"type":"file-history-snapshot",')],
    last: encode('"isSnapshotUpdate":'),
  },
];

/** The types of lines that can concern a turn. */
const TYPES =
  /"type":\s?"(?:user|assistant|queued_command)"|"subtype":\s?"(?:turn_duration|local_command)"/;

/** What is in a line of each type that concerns a turn. */
const WORDS = /"(?:user|assistant|queued_command|turn_duration)"/;

/** The prefilter of `claude`. */
export const prefilter: ObjectPrefilter = {
  judge: (bytes, start, end) =>
    judgeEnds(headOf(bytes, start, end), tailOf(bytes, start, end)),
  begin: () => new PiecewiseJudge(),
  isOther(_text, bytes) {
    const end = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
    return isOther(headOf(bytes, 0, end), tailOf(bytes, 0, end));
  },
  concerns: (text) => WORDS.test(text),
};

function headOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.subarray(start, Math.min(end, start + WINDOW));
}

function tailOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.subarray(Math.max(start, end - WINDOW), end);
}

/** Judges a line by its first and last bytes, which may overlap. */
function judgeEnds(head: Uint8Array, tail: Uint8Array): Verdict {
  if (isOther(head, tail)) return Verdict.Skip;
  const second = head.indexOf(BRACE, 1);
  // Where the type of a line is, unless another writer wrote it.
  const isCandidate = second > 0 && hasType(head.subarray(0, second)) ||
    hasType(afterLastBrace(tail)) || hasType(head) || hasType(tail);
  return isCandidate ? Verdict.Keep : Verdict.Unsure;
}

/** Whether a line does not concern a turn, by its first and last bytes. */
function isOther(head: Uint8Array, tail: Uint8Array): boolean {
  if (head[0] !== BRACE) return false;
  const second = head.indexOf(BRACE, 1);
  const third = second < 0 ? -1 : head.indexOf(BRACE, second + 1);
  const braces = [0, second, third];
  const rule = RULES.find((rule) => beginsAs(rule, head, braces));
  return rule !== undefined && holds(afterLastBrace(tail), rule.last);
}

function hasType(bytes: Uint8Array): boolean {
  return TYPES.test(latin1.decode(bytes));
}

function afterLastBrace(tail: Uint8Array): Uint8Array {
  return tail.subarray(tail.lastIndexOf(BRACE) + 1);
}

function beginsAs(
  { before, brace, after, except }: Rule,
  head: Uint8Array,
  braces: number[],
): boolean {
  const at = braces[brace - 1];
  if (at < 0) return false;
  const isBefore = before === undefined ||
    isAt(head, braces[1] - before.length, before);
  return isBefore && after.some((text) =>
    isAt(head, at + 1, text) &&
    (except === undefined || !isAt(head, at + 1 + text.length, except))
  );
}

function holds(bytes: Uint8Array, text: Uint8Array): boolean {
  const [first, second] = text;
  for (let at = bytes.length - text.length; at >= 0; at--) {
    const mayBe = bytes[at] === first && bytes[at + 1] === second;
    if (mayBe && isAt(bytes, at, text)) return true;
  }
  return false;
}

function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Judges a line that comes in pieces, at its end. */
class PiecewiseJudge implements LineJudge {
  #head: Uint8Array = EMPTY;
  #tail: Uint8Array = EMPTY;

  push(bytes: Uint8Array): Verdict {
    if (this.#head.length < WINDOW) {
      const head = joinBytes([this.#head, bytes.subarray(0, WINDOW)]);
      this.#head = head.slice(0, WINDOW);
    }
    const tail = joinBytes([this.#tail, bytes.subarray(-WINDOW)]);
    this.#tail = tail.slice(-WINDOW);
    return Verdict.Unsure;
  }

  end(): Verdict {
    return judgeEnds(this.#head, this.#tail);
  }
}
