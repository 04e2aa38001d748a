/**
 * What a database holds of followed files, as rows.
 *
 * @module
 */

import { hostName } from "../../system/host.ts";
import type { FollowedPath, FollowedTree } from "../status.ts";
import type { Connection } from "./connection.ts";
import { followedSql } from "./status_statements.ts";

/** The newest checkpoint of a path. */
type FileRow = [
  host: string,
  path: string,
  device: number | null,
  inode: number | null,
  readBytes: number,
  readLines: number,
  movedMs: number,
];

/** The checkpoint of an older file of a path. */
type OlderRow = [
  host: string,
  path: string,
  device: number,
  inode: number,
  readBytes: number,
];

/** The checkpoint of a file below a directory. */
type FileBelowRow = [
  host: string,
  path: string,
  name: string,
  readBytes: number,
  readLines: number,
  done: boolean,
  movedMs: number,
];

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
  const list = (name: keyof typeof sql) => connection.runLater(sql[name]);
  const [files, older] = [await list("files"), await list("olderFiles")];
  const here = hostName();
  return {
    followed: readFollowed(files, older, here),
    trees: readTrees(await list("filesBelow"), here),
  };
}

/** @param here The name of this machine. */
function readFollowed(
  files: unknown[][],
  olderFiles: unknown[][],
  here: string,
): FollowedPath[] {
  return (files as FileRow[]).map(([host, path, device, inode, ...read]) => {
    const [readBytes, readLines, movedMs] = read;
    const older = (olderFiles as OlderRow[]).filter((row) =>
      row[0] === host && row[1] === path
    );
    return {
      host: other(host, here),
      ...{ path, readBytes, readLines, movedMs },
      identity: device === null || inode === null ? null : { device, inode },
      older: older.map(([, , device, inode, readBytes]) => ({
        ...{ identity: { device, inode }, readBytes },
      })),
    };
  });
}

/** @param here The name of this machine. */
function readTrees(files: unknown[][], here: string): FollowedTree[] {
  const rows = files as FileBelowRow[];
  const trees = Map.groupBy(
    rows,
    ([host, path]) => JSON.stringify([host, path]),
  );
  return [...trees.values()].map((rows) => {
    const [[host, path]] = rows;
    return {
      host: other(host, here),
      path,
      files: rows.map(([, , name, readBytes, readLines, done, movedMs]) => ({
        ...{ name, readBytes, readLines, done, movedMs },
      })),
    };
  });
}

/** The name of a machine; `null` for this one. */
export function other(host: string, here: string): string | null {
  return host === here ? null : host;
}
