/**
 * What the program needs of a log format. Each agent's log is one dialect, in
 * one folder; nothing outside of that folder knows what its lines look like.
 *
 * @module
 */

import type { EventOwner, TurnEvent } from "../turns/event.ts";

/** One log format. */
export interface Dialect {
  /** Its name on the command line and in checkpoints. */
  readonly name: string;
  /** Whose log it is, in a few words. */
  readonly title: string;
  /** Where its files are, as patterns that a shell expands. */
  readonly places: readonly string[];
  /** The environment variable that names another folder for them, if there is one. */
  readonly variable?: string;
  /**
   * Whether a file is of this format.
   *
   * @param head Its first bytes: at least a line, if it has one that is not
   * longer than {@linkcode MOST_HEAD_BYTES}.
   */
  recognises(head: Uint8Array, fileName: string): boolean;
  /**
   * Whether a line is of this format: asked where the first bytes of a file do
   * not say that it is.
   *
   * @param text The line, or what it begins with.
   */
  knows(text: string): boolean;
  /** Finds the lines that can concern a turn. */
  readonly prefilter: Prefilter;
  /**
   * Decodes the lines of one file, in order.
   *
   * @param saved What {@linkcode Decoder.save} returned before a restart.
   */
  decoder(saved: string | null): Decoder;
}

/** How many bytes of a first line a dialect can be recognised by. */
export const MOST_HEAD_BYTES = 64 * 1024;

/** What the bytes of a line say about it. */
export enum Verdict {
  /** It does not concern a turn. */
  Skip,
  /** It belongs to an event that concerns a turn. */
  Keep,
  /**
   * It must be decoded to know. At the end of a line: it is unlikely to concern
   * a turn, so that it is not rejected where it is too long to be decoded.
   */
  Unsure,
}

/**
 * Tells by bytes alone which lines can concern a turn. It must keep each line
 * from which the decoder would take an event, a rejection or a change of its
 * state: a filtered log gives what an unfiltered one does.
 */
export interface Prefilter {
  /** Judges the whole line from `start` to `end` in `bytes`, without its newline. */
  judge(bytes: Uint8Array, start: number, end: number): Verdict;
  /** Judges a line that comes in pieces. */
  begin(): LineJudge;
}

/** Judges one line, piece by piece. */
export interface LineJudge {
  /**
   * Takes the next bytes.
   *
   * @returns What is known so far; {@linkcode Verdict.Skip} and
   * {@linkcode Verdict.Keep} are final.
   */
  push(bytes: Uint8Array): Verdict;
  /** The verdict on the whole line. */
  end(): Verdict;
}

/** Decodes the lines of one file; it may remember what the lines before said. */
export interface Decoder {
  /**
   * Decodes a line. Never throws: the result says what cannot be decoded.
   *
   * @param text The line without its end, U+FFFD for what is not UTF-8.
   * @param bytes The line with its newline.
   */
  decode(text: string, bytes: Uint8Array): Decoded;
  /**
   * Opens a line of any event, for `--emit events`.
   *
   * @param text As for {@linkcode decode}.
   * @param bytes As for {@linkcode decode}.
   */
  open(text: string, bytes: Uint8Array): Opened;
  /**
   * What it remembers, as JSON; `null` where that is nothing. It is stored with
   * the position that the file has been read to. Texts of messages are in
   * members named `text`, so that they can be erased.
   */
  save(): string | null;
}

/** Why a line, or a part of it, could not be decoded. */
export interface Rejection {
  /** A clause that completes "line 7 rejected: …". */
  reason: string;
  /** The bytes that are lost; `null` for a line too long to be kept in memory. */
  bytes: Uint8Array | null;
}

/**
 * What one line holds. There can be events and a rejection, as where an
 * envelope is glued to the torn half of another.
 */
export interface Decoded {
  events: TurnEvent[];
  rejection: Rejection | null;
}

/** A line, or the torn end of one, that is a JSON object. */
export interface Envelope {
  /** The object as UTF-8, with the white space around it. */
  bytes: Uint8Array;
  /** What its turn is found by; `null` where it does not say that. */
  owner: EventOwner | null;
}

/** What opening a line of any event gives: an envelope, a rejection or neither. */
export interface Opened {
  envelope: Envelope | null;
  rejection: Rejection | null;
}
