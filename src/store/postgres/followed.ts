/**
 * Reads what a database holds of followed files.
 *
 * @module
 */

import { hostName } from "../../system/host.ts";
import type { FollowedPath, FollowedTree } from "../status.ts";
import type { Connection } from "./connection.ts";
import { IDENTITY, jsonObject, objectRow, objects } from "./json.ts";

/** The name of a machine, of which `$1` is this one. */
export const OTHER_HOST = "nullif(host, $1)";

/** The statements, by what they are for. */
function followedSql(schema: string) {
  const checkpoints = `${schema}.checkpoints`;
  const ofPath = "other.host = newest.host AND other.path = newest.path";
  const older = jsonObject({ identity: IDENTITY, readBytes: "read_bytes" });
  const read = { readBytes: "read_bytes", readLines: "read_lines" };
  const file = { name: "name", ...read, done: "done", movedMs: "moved_ms" };
  return {
    followed: `SELECT ${
      objectRow({
        ...{ host: OTHER_HOST, path: "path", identity: IDENTITY, ...read },
        movedMs: `(SELECT max(moved_ms) FROM ${checkpoints} AS other
          WHERE ${ofPath})`,
        older: `(SELECT coalesce(json_agg(${older} ORDER BY file_id), '[]')
          FROM ${checkpoints} AS other WHERE ${ofPath} AND name IS NULL
            AND NOT done AND inode IS NOT NULL AND file_id <> newest.file_id)`,
      })
    } FROM ${checkpoints} AS newest
      WHERE file_id IN (SELECT max(file_id) FROM ${checkpoints}
        WHERE name IS NULL GROUP BY host, path)
      ORDER BY path, host`,
    trees: `SELECT ${
      objectRow({
        ...{ host: OTHER_HOST, path: "path" },
        files: `json_agg(${jsonObject(file)} ORDER BY file_id)`,
      })
    } FROM ${checkpoints} WHERE name IS NOT NULL
      GROUP BY host, path ORDER BY path, host`,
  };
}

/**
 * How far the followed logs and directories of all machines have been read.
 *
 * @param schema The schema of the tables, quoted.
 */
export async function readAllFollowed(
  connection: Connection,
  schema: string,
): Promise<{ followed: FollowedPath[]; trees: FollowedTree[] }> {
  const sql = followedSql(schema);
  const here = [hostName()];
  return {
    followed: await objects(connection, sql.followed, here),
    trees: await objects(connection, sql.trees, here),
  };
}
