/**
 * What the program asks of a log format. Each agent's log is one dialect, in
 * one module of this folder; nothing outside it knows how an envelope looks.
 *
 * @module
 */

import type { Decoded, Envelope, Rejection } from "../turns/event.ts";

/**
 * How a line can be told apart by its bytes alone, so that those that do not
 * concern a turn need not be decoded (SPEC section 1, "one shortcut").
 */
export interface LineShape {
  /**
   * The first bytes of a line whose event is named right behind them. A line
   * that begins with it, then a name and a double quote, belongs to that event.
   * ASCII.
   */
  head: string;
  /** The names of the events that concern a turn: letters, digits, `.`, `_`, `-`. */
  names: readonly string[];
}

/** One log format. */
export interface Dialect {
  shape: LineShape;
  /**
   * Decodes a line, without its newline. Never throws: a line that cannot be
   * decoded is told in the result.
   */
  decode(line: string): Decoded;
  /**
   * Why a line is not looked at whatever event it is of, as a clause that
   * completes "line 7 rejected: …"; `null` where it is.
   */
  refusal(line: string): string | null;
  /**
   * Reads a line, or what stands behind its last tear, as an envelope of any
   * event; `null` where it is no JSON object.
   *
   * @param line Its bytes, with the newline.
   * @param text The same without the newline, U+FFFD for what is not UTF-8.
   */
  open(line: Uint8Array, text: string): Envelope | null;
  /**
   * The part of a line that a rejection concerns: all of it or, where it is torn,
   * what stands before its last envelope.
   */
  rejectedPart(line: Uint8Array, rejection: Rejection): Uint8Array;
}
