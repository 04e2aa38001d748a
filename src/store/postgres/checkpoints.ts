/**
 * The checkpoints of followed files as rows, by host (SPEC section 11).
 *
 * @module
 */

import type {
  Checkpoint,
  FilePlace,
  NewFile,
  Position,
} from "../../turns/checkpoint.ts";
import { NOTHING } from "../../turns/checkpoint.ts";
import type { CheckpointStore, Transactions } from "../../turns/store.ts";
import { IDENTITY, jsonObject, objectRow } from "./json.ts";
import type { Parameter } from "./parameters.ts";
import { storable } from "./texts.ts";
import type { LinkTransactions } from "./transactions.ts";

/** How many files of a path are remembered: rotated ones may come back. */
const REMEMBERED = 64;

/** An index cannot hold a long path. */
const OF_PATH =
  "host = $1 AND hashtextextended(path, 0) = hashtextextended($2, 0) AND path = $2";

/** The statements, by what they are for. */
function checkpointSql(schema: string) {
  const checkpoints = `${schema}.checkpoints`;
  const part = (end: string, name: string) =>
    jsonObject({ end, length: `${name}_length`, hash: `${name}_hash` });
  return {
    list: `SELECT ${
      objectRow({
        ...{ id: "file_id", offset: "read_bytes", line: "read_lines" },
        ...{
          head: part("head_length", "head"),
          last: part("last_end", "last"),
        },
        ...{ identity: IDENTITY, done: "done", seenMs: "seen_ms" },
        ...{ dialect: "dialect", decoder: "decoder", name: "name" },
        movedMs: "moved_ms",
      })
    } FROM ${checkpoints} WHERE ${OF_PATH} ORDER BY file_id`,
    add: `INSERT INTO ${checkpoints} (host, path, name, device, inode,
        read_bytes, read_lines, head_length, head_hash, last_end, last_length,
        last_hash, done, seen_ms, moved_ms)
      VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, 0, 0, $8, false, $9, $9)
      RETURNING json_build_array(file_id)`,
    locate: `UPDATE ${checkpoints} SET device = $2, inode = $3, name = $4
      WHERE file_id = $1`,
    drop: `DELETE FROM ${checkpoints} WHERE file_id = $1`,
    prune: `DELETE FROM ${checkpoints} WHERE ${OF_PATH}
      AND (done OR inode IS NULL) AND file_id NOT IN
      (SELECT file_id FROM ${checkpoints} WHERE ${OF_PATH}
        ORDER BY file_id DESC LIMIT ${REMEMBERED})`,
  };
}

/** The table `checkpoints`, of which a program sees those of its host. */
export class CheckpointTable
  implements Omit<CheckpointStore, keyof Transactions> {
  #transactions: LinkTransactions;
  #sql: ReturnType<typeof checkpointSql>;
  #host: string;

  constructor(transactions: LinkTransactions, schema: string, host: string) {
    this.#transactions = transactions;
    this.#sql = checkpointSql(schema);
    this.#host = host;
  }

  checkpointsOf(path: string): Checkpoint[] {
    const rows = this.#transactions.find(this.#sql.list, this.#of(path));
    return (rows as [Checkpoint][]).map(([{ decoder, ...checkpoint }]) => ({
      ...checkpoint,
      decoder: decoder === null ? null : JSON.parse(decoder),
    }));
  }

  addCheckpoint(path: string, file: NewFile): Checkpoint {
    const { name, identity: { device, inode }, head, seenMs } = file;
    const [[id]] = this.#change(this.#sql.add, [
      ...[...this.#of(path), storable(name), device, inode],
      ...[head.length, head.hash, NOTHING.hash, seenMs],
    ]) as [[number]];
    return {
      ...{ id, offset: 0, line: 0, last: NOTHING, done: false },
      ...{ dialect: null, decoder: null, movedMs: seenMs, ...file },
    };
  }

  locateCheckpoint(id: number, { identity, name }: FilePlace): void {
    const { device, inode } = identity ?? { device: null, inode: null };
    this.#change(this.#sql.locate, [id, device, inode, storable(name)]);
  }

  moveCheckpoint(position: Position, rejected = 0): void {
    const transactions = this.#transactions;
    transactions.change(() => transactions.memory.move({ position, rejected }));
  }

  dropCheckpoint(id: number): void {
    this.#change(this.#sql.drop, [id]);
  }

  pruneCheckpoints(path: string): void {
    this.#change(this.#sql.prune, this.#of(path));
  }

  #change(sql: string, parameters: Parameter[]): unknown[][] {
    const transactions = this.#transactions;
    return transactions.change(() => transactions.find(sql, parameters));
  }

  #of(path: string): [host: string, path: string] {
    return [this.#host, storable(path)];
  }
}
