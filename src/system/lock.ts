/**
 * Locks between processes, which vanish with the process that holds them,
 * however it ends.
 *
 * @module
 */

import { libc } from "./libc.ts";

/** Far beyond what SQLite locks, and within what each file system allows. */
const BASE = 2n ** 32n;
/** The first of as many locks that are used for nothing else. */
const PROBES = 2n ** 30n;
const OPEN_READ_WRITE = 2;
const SEEK_SET = 0;
const UNLOCK = 0;
const TRY_LOCK = 2;

/**
 * The locks of one file, by number. A process has each of them at most once.
 *
 * All of them end when the process closes any handle of the file, so it must
 * not be opened and closed by other means meanwhile.
 */
export class FileLocks implements Disposable {
  /** Whether the file system has locks. */
  readonly areAvailable: boolean;
  #fd: number;

  /**
   * @param path A file that can be written; nothing is written to it.
   * @throws {Error} Where it cannot be opened.
   */
  constructor(path: string) {
    const name = new TextEncoder().encode(`${path}\0`);
    this.#fd = libc.open(name, OPEN_READ_WRITE);
    if (this.#fd < 0) throw new Error("unable to open it once more");
    // A lock that fails looks the same, so one is tried that no other has.
    const key = PROBES + BigInt(Math.floor(Math.random() * Number(PROBES)));
    this.areAvailable = this.tryLock(key);
    if (this.areAvailable) this.unlock(key);
  }

  /**
   * Takes a lock, unless another process has it.
   *
   * @param key Which of the locks, less than 2^30.
   * @returns Whether this process has it now.
   */
  tryLock(key: bigint): boolean {
    return this.#lockf(TRY_LOCK, key);
  }

  /** Gives a lock up. */
  unlock(key: bigint): void {
    this.#lockf(UNLOCK, key);
  }

  /** Gives all locks up. */
  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }

  #lockf(command: number, key: bigint): boolean {
    const { lseek, lockf } = libc;
    return lseek(this.#fd, BASE + key, SEEK_SET) >= 0 &&
      lockf(this.#fd, command, 1n) === 0;
  }
}
