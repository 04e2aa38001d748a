/**
 * What a run of the program must come to, told from the bytes of the log and
 * the rules alone (SPEC sections 1 to 3 and 6).
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Model } from "./model.ts";
import { type Bytes, concat, cutLines, utf8 } from "../bytes.ts";
import { judge } from "./plain_decoder.ts";

/** What one run leaves behind. */
export interface Outcome {
  /** The numbers of the lines that stderr tells of. */
  rejected: number[];
  stdout: string;
  /** What is appended to the dead-letter file. */
  deadLetter: Bytes;
  /** The table `turns` as the records of its rows. */
  rows: Record<string, unknown>[];
  /** The column `dedup_hash`. */
  hashes: string[];
}

const NEWLINE = utf8("\n");

/** A program that never fails, with a database that outlives its runs. */
export class Oracle {
  #model = new Model();
  #maxLineBytes: number;

  /** @param maxLineBytes As on the command line. */
  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Reads a log from its beginning to its end. */
  run(log: Bytes): Outcome {
    const rejected: number[] = [];
    const dead: Bytes[] = [];
    let stdout = "";
    for (const [i, line] of cutLines(log).entries()) {
      const end = line.at(-1) === NEWLINE[0] ? line.length - 1 : line.length;
      const verdict = judge(line.subarray(0, end), this.#maxLineBytes);
      if (verdict.rejected !== null) {
        rejected.push(i + 1);
        dead.push(verdict.rejected, NEWLINE);
      }
      if (verdict.event === null) continue;
      const told = this.#model.apply(verdict.event);
      const rows = this.#model.records();
      stdout += told.map((id) => JSON.stringify(rows[id - 1]) + "\n").join("");
    }
    const rows = this.#model.records();
    const hashes = rows.map((row) =>
      sha256(`${row.sid}|${row.pid}|${row.start_time}|${row.user_text}`)
    );
    return { rejected, stdout, deadLetter: concat(dead), rows, hashes };
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(utf8(text)).digest("hex");
}
