/**
 * Finds the cause of an error of the disk, for which SQLite has one
 * message whatever it is.
 *
 * @module
 */

import { dirname } from "node:path";
import { messageOf } from "../../error.ts";
import { cString, libc } from "../../system/libc.ts";

/** More than what a file system has left that counts as full, in bytes. */
const ROOM = 256 * 1024;
const PAGE = 4096n;
const OPEN_READ_WRITE = 2;
const READ_AND_WRITE = 3;
const SHARED = 1;

/** What a small file shows; who may create one there is another question. */
const CAUSES = /^No space left|^Disk quota exceeded|^no shared mappings/;

/**
 * Which error of the disk a small file gives in the database's directory, if it
 * gives one; it is gone then.
 *
 * @param file The path of a database.
 */
export function diskError(file: string): Error | undefined {
  let path: string | undefined;
  try {
    path = Deno.makeTempFileSync({ dir: dirname(file), prefix: ".probe-" });
    using probe = Deno.openSync(path, { read: true, write: true });
    for (let done = 0; done < ROOM;) {
      done += probe.writeSync(new Uint8Array(ROOM - done));
    }
    // Some file systems find out only now.
    probe.syncSync();
    if (!canMap(path)) throw new Error("no shared mappings");
  } catch (error) {
    return CAUSES.test(messageOf(error)) ? error as Error : undefined;
  } finally {
    if (path !== undefined) Deno.removeSync(path);
  }
}

/** Whether processes can share memory that is in a file; also if that is unknown. */
function canMap(path: string): boolean {
  const fd = libc.open(cString(path), OPEN_READ_WRITE);
  // What is missing then is a descriptor.
  if (fd < 0) return true;
  const start = libc.mmap(null, PAGE, READ_AND_WRITE, SHARED, fd, 0n);
  const failed = Deno.UnsafePointer.value(start) === 2n ** 64n - 1n;
  if (!failed) libc.munmap(start, PAGE);
  libc.close(fd);
  return !failed;
}
