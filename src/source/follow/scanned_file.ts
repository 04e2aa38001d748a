/**
 * A file as it was at a scan, and whether it is still the same one.
 *
 * @module
 */

import { unlessMissing } from "../../system/unless_missing.ts";
import type { Identity } from "../../turns/checkpoint.ts";

/** A file as it was at a scan. */
export interface ScannedFile {
  path: string;
  identity: Identity;
  /** When it was last written to, in milliseconds since the epoch. */
  modifiedMs: number;
  /** Its size in bytes. */
  size: number;
}

/** How much earlier than the clock the time of a file may be, in milliseconds. */
export const CLOCK_STEP = 100;

/** A file was moved during the scan: scan again. */
export class Moved extends Error {}

/** The regular file at a path, if there is one. */
export function fileAt(path: string): ScannedFile | undefined {
  const info = unlessMissing(() => Deno.statSync(path));
  return info?.isFile ? scanned(path, info) : undefined;
}

/** A file with the values of its status. */
export function scanned(path: string, info: Deno.FileInfo): ScannedFile {
  return {
    path,
    identity: identityOf(info),
    modifiedMs: info.mtime?.getTime() ?? 0,
    size: info.size,
  };
}

/**
 * Opens a file.
 *
 * @throws {Moved} If there is another file at its path by now, or none.
 */
export function openFile({ path, identity }: ScannedFile): Deno.FsFile {
  const file = unlessMissing(() => Deno.openSync(path));
  if (file === undefined) throw new Moved();
  if (sameIdentity(identityOf(file.statSync()), identity)) return file;
  file.close();
  throw new Moved();
}

/** The device and inode of a file. */
export function identityOf({ dev, ino }: Deno.FileInfo): Identity {
  // Some file systems have inodes above the safe integers.
  const limit = 2 ** 53;
  return { device: dev % limit, inode: (ino ?? 0) % limit };
}

/** Whether two identities are of one file. */
export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** Whether two scans found the same file. */
export function isSameFile(a: ScannedFile, b: ScannedFile): boolean {
  return sameIdentity(a.identity, b.identity);
}

/** Whether two scans found the same file, unchanged. */
export function isUnchanged(a: ScannedFile, b: ScannedFile): boolean {
  return isSameFile(a, b) && a.modifiedMs === b.modifiedMs &&
    a.size === b.size;
}
