/**
 * The session files below directories, as they come, grow and go (SPEC section
 * 10).
 *
 * @module
 */

import type { Unwatched } from "../follow/change_watcher.ts";
import {
  type FollowedFiles,
  type FollowedParts,
  waitingFor,
} from "../follow/followed_files.ts";
import type { KnownFile } from "../follow/known_files.ts";
import { WarnOnce } from "../follow/warn_once.ts";
import type { ReadOptions } from "../read_options.ts";
import type { Item } from "../lines.ts";
import { isBelow } from "../open_sources.ts";
import { type Identified, SessionIdentifier } from "./identify_sessions.ts";
import { hasMoved, KnownSessions } from "./known_sessions.ts";
import { SessionRecogniser } from "./recognise.ts";
import { isWithin } from "./roots.ts";
import { SessionReaders } from "./session_readers.ts";
import { type Scanned, TreeScan } from "./tree_scan.ts";

export { LogOrTree } from "./log_or_tree.ts";

/** Which directories and files below them may be followed. */
export interface TreeRules {
  /**
   * Called with the path without links of each directory before it is followed;
   * throws if it must not be.
   */
  accept: (directory: string) => void;
  /** Whether a file is followed as a log, by its path without links. */
  isExcluded: (realPath: string) => boolean;
}

const NO_RULES: TreeRules = { accept() {}, isExcluded: () => false };

/** Follows the session files below directories. */
export class FollowedTree implements FollowedFiles {
  #parts: FollowedParts;
  #accept: TreeRules["accept"];
  #unrecognised: ReadOptions["unrecognised"];
  #scan: TreeScan;
  #known: KnownSessions;
  #identifier: SessionIdentifier;
  #readers: SessionReaders;
  #isFirstLook = true;

  /** @param paths The absolute paths of the directories. */
  constructor(
    paths: readonly string[],
    parts: FollowedParts,
    reading: ReadOptions,
    { accept, isExcluded }: TreeRules = NO_RULES,
  ) {
    const { watcher, clock, damaged, report, checkpoints } = parts;
    this.#parts = parts;
    this.#accept = accept;
    this.#unrecognised = reading.unrecognised;
    const warnings = new WarnOnce(report);
    const skipped = (path: string, reason: string) =>
      warnings.warn(
        `cannot read ${JSON.stringify(path)}: ${reason}; retrying`,
      );
    const missing = (path: string) => warnings.warn(waitingFor(path));
    const named = paths.map((path) => JSON.stringify(path)).join(", ");
    const unwatched = ({ reason, limit }: Unwatched) =>
      warnings.warn(
        limit === null
          ? `cannot watch ${named}: ${reason}; looking for changes every second instead`
          : `the system has no file watches left for ${named}: looking for changes every second instead; raise ${limit}`,
      );
    const { dialect } = reading;
    const recogniser = new SessionRecogniser(skipped, dialect && [dialect]);
    const known = this.#known = new KnownSessions(checkpoints);
    const scanning = { watcher, clock, skipped, missing, unwatched };
    this.#scan = new TreeScan(paths, scanning);
    this.#identifier = new SessionIdentifier({
      ...{ known, recogniser, warnings, isExcluded },
    });
    this.#readers = new SessionReaders({
      ...{ reading, clock, damaged, recogniser, warnings },
      moved: () => this.#scan.scanAllNext(),
      foreign: async (session, file) => {
        this.#identifier.leaveAlone(file);
        this.#readers.forget([session]);
        await known.forget([session]);
      },
    });
  }

  async look(): Promise<void> {
    const scanned = this.#scan.scan();
    await this.#known.follow(scanned.directories, this.#accept);
    const identified = await this.#identifier.identify(scanned);
    if (identified.isUncertain) this.#scan.scanAllNext();
    await this.#save(identified);
    if (!scanned.isWhole) return;
    if (this.#isFirstLook) this.#checkRecognised(scanned);
    this.#isFirstLook = false;
    const present = (known: KnownFile) =>
      identified.places.has(known) || this.#readers.isDue(known) ||
      isWithin(known.log.name, scanned.unseen);
    const nowMs = this.#parts.clock.nowMs();
    this.#readers.forget(await this.#known.retire(present, nowMs));
  }

  async #save({ places, fresh }: Identified): Promise<void> {
    const moved = new Map(
      [...places].filter(([known, file]) => hasMoved(known, file)),
    );
    const nowMs = this.#parts.clock.nowMs();
    const added = await this.#known.save(moved, fresh, nowMs);
    for (const [i, known] of added.entries()) places.set(known, fresh[i]);
    this.#readers.place(places, new Set(moved.keys()));
  }

  /** Reports directories in which there are files, but no session (SPEC section 7). */
  #checkRecognised({ files, directories }: Scanned): void {
    for (const directory of directories) {
      const below = files.filter(({ path }) => isBelow(path, directory));
      const areForeign = below.length > 0 &&
        below.every((file) => this.#identifier.wasForeign(file));
      if (areForeign) this.#unrecognised?.(directory);
    }
  }

  available(): AsyncGenerator<Item[]> {
    return this.#readers.available();
  }

  settle(): AsyncGenerator<Item[]> {
    return this.#readers.settle();
  }

  changed(limit: number): Promise<void> {
    return this.#parts.watcher.changed(limit);
  }

  close(): void {
    this.#readers.close();
    this.#parts.watcher.close();
  }
}
