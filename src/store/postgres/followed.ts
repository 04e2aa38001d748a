/**
 * What a database holds of followed files, as rows.
 *
 * @module
 */

import type { FollowedPath, FollowedTree } from "../status.ts";

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
 * The followed logs of all machines.
 *
 * @param here The name of this one.
 */
export function readFollowed(
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
      host: host === here ? null : host,
      ...{ path, readBytes, readLines, movedMs },
      identity: device === null || inode === null ? null : { device, inode },
      older: older.map(([, , device, inode, readBytes]) => ({
        ...{ identity: { device, inode }, readBytes },
      })),
    };
  });
}

/** The followed directories of all machines. */
export function readTrees(files: unknown[][], here: string): FollowedTree[] {
  const rows = files as FileBelowRow[];
  const trees = Map.groupBy(
    rows,
    ([host, path]) => JSON.stringify([host, path]),
  );
  return [...trees.values()].map((rows) => {
    const [[host, path]] = rows;
    return {
      host: host === here ? null : host,
      path,
      files: rows.map(([, , name, readBytes, readLines, done, movedMs]) => ({
        ...{ name, readBytes, readLines, done, movedMs },
      })),
    };
  });
}
