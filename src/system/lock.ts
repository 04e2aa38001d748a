/**
 * Locks between processes. The system releases them when the process that holds
 * them ends, however it ends.
 *
 * @module
 */

import { cString, libc } from "./libc.ts";

/** The first byte that is locked: beyond those that SQLite locks, and within what each file system allows. */
const BASE = 2n ** 32n;
/** The first, and the number, of the locks that only test whether there are locks. */
const PROBES = 2n ** 30n;
const OPEN_READ_WRITE = 2;
const SEEK_SET = 0;
const UNLOCK = 0;
const TRY_LOCK = 2;

/**
 * The locks of one file, by number. A process holds each of them at most once.
 *
 * All of them are released when the process closes any descriptor of the file, so
 * it must not be opened and closed by other means meanwhile.
 */
export class FileLocks implements Disposable {
  /** Whether the file system supports locks. */
  readonly areAvailable: boolean;
  #fd: number;

  /**
   * @param path A file that can be written; nothing is written to it.
   * @throws {Error} If it cannot be opened.
   */
  constructor(path: string) {
    this.#fd = libc.open(cString(path), OPEN_READ_WRITE);
    if (this.#fd < 0) throw new Error("unable to open it once more");
    // A lock that is held looks like one that is not supported, so a random one is tried.
    const key = PROBES + BigInt(Math.floor(Math.random() * Number(PROBES)));
    this.areAvailable = this.tryLock(key);
    if (this.areAvailable) this.unlock(key);
  }

  /**
   * Takes a lock, unless another process holds it.
   *
   * @param key Which of the locks, less than 2^30.
   * @returns Whether this process holds it now.
   */
  tryLock(key: bigint): boolean {
    return this.#lockf(TRY_LOCK, key);
  }

  /** Releases a lock. */
  unlock(key: bigint): void {
    this.#lockf(UNLOCK, key);
  }

  /** Releases all locks. */
  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }

  #lockf(command: number, key: bigint): boolean {
    const { lseek, lockf } = libc;
    return lseek(this.#fd, BASE + key, SEEK_SET) >= 0 &&
      lockf(this.#fd, command, 1n) === 0;
  }
}
