/**
 * How to open a database, of whichever engine.
 *
 * @module
 */

/** The durability of commits (SPEC section 4). */
export const SYNCHRONOUS = ["full", "normal", "off"] as const;
/** One of {@linkcode SYNCHRONOUS}. */
export type Synchronous = typeof SYNCHRONOUS[number];

/** The database that a command line names. */
export interface NamedDatabase {
  /** The path of a file, or an address that libpq takes. */
  db: string;
  /** Whether it is the default path: neither option nor environment named one. */
  isDefaultDb: boolean;
}

/** How to open a store. */
export interface StoreOptions {
  /** @default {"full"} */
  synchronous?: Synchronous;
  /**
   * How long to wait for another program, in milliseconds.
   *
   * @default {5000}
   */
  busyTimeoutMs?: number;
  /**
   * How long to wait for a server that cannot be reached, in milliseconds.
   *
   * @default {60000}
   */
  outageLimitMs?: number;
  /** Ends that wait while the database is being opened. */
  signal?: AbortSignal;
  /** Called with a sentence that a person should read. */
  warn?: (message: string) => void;
}
