/**
 * Identifies the scanned files below followed directories: which are known
 * sessions, which are new ones, and which are left alone (SPEC section 10).
 *
 * @module
 */

import { MOST_HEAD_BYTES } from "../../dialect/dialect.ts";
import { Content } from "../follow/content.ts";
import type { KnownFile } from "../follow/known_files.ts";
import {
  isSameFile,
  isUnchanged,
  Moved,
  type ScannedFile,
} from "../follow/scanned_file.ts";
import type { WarnOnce } from "../follow/warn_once.ts";
import type { FoundFile } from "./files_below.ts";
import type { KnownSessions } from "./known_sessions.ts";
import {
  byAge,
  byPreference,
  logPathOf,
  type SessionFile,
  type SessionRecogniser,
} from "./recognise.ts";
import type { Scanned } from "./tree_scan.ts";

/** Which scanned file is which session. */
export interface Identified {
  /** The scanned files of known sessions. */
  places: Map<KnownFile, FoundFile>;
  /** New sessions, the oldest first. */
  fresh: SessionFile[];
  /** Whether only a scan of all files shows what some of them are. */
  isUncertain: boolean;
}

/** What a {@linkcode SessionIdentifier} needs. */
export interface IdentifierParts {
  known: KnownSessions;
  recogniser: SessionRecogniser;
  warnings: WarnOnce;
  /** Whether a file is followed as a log, by its path without links. */
  isExcluded: (realPath: string) => boolean;
}

/**
 * Identifies files. The first of these rules that applies decides:
 *
 * 1. A file with the inode and the path of a known session is that session, and so
 *    is one with its inode and what was read of it: it was renamed. It is not if it
 *    is at the path of another session, and contains what was read of that too,
 *    which is as much or more.
 * 2. A file at the path of a known session, which may be compressed now or not, is
 *    that session, if its file is nowhere else: it was packed or written anew.
 * 3. A compressed file beside a plain one of its name is a copy of it.
 * 4. A file that a dialect recognises is a new session.
 */
export class SessionIdentifier {
  #parts: IdentifierParts;
  /** Files without a session, as they were at the last look. */
  #foreign = new Map<string, ScannedFile>();

  constructor(parts: IdentifierParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} If the library that decompresses a file is missing. */
  async identify({ files, isWhole }: Scanned): Promise<Identified> {
    const { known, recogniser, isExcluded } = this.#parts;
    const places = new Map<KnownFile, FoundFile>();
    const others: FoundFile[] = [];
    for (const file of files) {
      if (isExcluded(file.realPath)) continue;
      const session = known.withIdentity(file.identity);
      if (session !== undefined && await this.#isSame(session, file)) {
        places.set(session, file);
      } else others.push(file);
    }
    const fresh = new Map<string, SessionFile>();
    let isUncertain = false;
    for (const file of others.sort(byPreference)) {
      const session = known.ofSameLog(file);
      if (session !== undefined) {
        if (!isWhole) isUncertain = true;
        else if (!places.has(session)) places.set(session, file);
        continue;
      }
      const log = logPathOf(file);
      if (fresh.has(log) || this.#isForeign(file)) continue;
      const recognised = await recogniser.recognise(file);
      if (recognised === undefined) this.leaveAlone(file);
      else fresh.set(log, recognised);
    }
    return { places, fresh: [...fresh.values()].sort(byAge), isUncertain };
  }

  /** Takes a file for one without a session, until it changes. */
  leaveAlone(file: FoundFile): void {
    this.#foreign.set(file.realPath, file);
  }

  /** Whether a file was one without a session at the last look. */
  wasForeign({ realPath }: FoundFile): boolean {
    return this.#foreign.has(realPath);
  }

  /** Rule 1. */
  async #isSame(known: KnownFile, file: FoundFile): Promise<boolean> {
    if (known.log.name === file.realPath) return true;
    // Another file may have got the inode of a deleted one.
    if (known.isUnread) return false;
    const there = this.#parts.known.ofSameLog(file);
    const content = new Content(file);
    try {
      const isOther = there !== undefined && there !== known &&
        there.read.offset >= known.read.offset &&
        await content.agrees(there.read);
      return !isOther && await content.agrees(known.read);
    } catch (error) {
      if (!(error instanceof Moved)) {
        this.#parts.warnings.cannotRead(file.path, error);
      }
      return true;
    } finally {
      content.close();
    }
  }

  /** Whether a file had no session, and has not changed where that can be seen. */
  #isForeign(file: FoundFile): boolean {
    const before = this.#foreign.get(file.realPath);
    if (before === undefined || !isSameFile(before, file)) return false;
    return isUnchanged(before, file) ||
      before.size >= MOST_HEAD_BYTES && file.size >= before.size;
  }
}
