/**
 * What time it is, for the decisions of a follower.
 *
 * @module
 */

/** A clock: the only one by which a follower decides. */
export interface Clock {
  /** The time of day, in milliseconds since the epoch: what files are dated by. */
  nowMs(): number;
  /** A time that never goes back, in milliseconds. */
  uptimeMs(): number;
}

/** The clock of the system. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  uptimeMs: () => performance.now(),
};
