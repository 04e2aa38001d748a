/**
 * The members of objects in session files.
 *
 * @module
 */

import { parseInstant } from "../turns/instant.ts";
import { isObject, type Json } from "./json.ts";
import { Undecodable } from "./undecodable.ts";

/** A text as well-formed Unicode; `null` where the value is not one, or empty. */
export function readText(value: unknown): string | null {
  return typeof value === "string" && value !== ""
    ? value.toWellFormed()
    : null;
}

/**
 * A text that cannot be done without.
 *
 * @param reason Why its line is rejected where the value is none, or empty.
 * @throws {Undecodable} With that reason.
 */
export function needText(value: unknown, reason: string): string {
  const text = readText(value);
  if (text === null) throw new Undecodable(reason);
  return text;
}

/**
 * The text of a message, which may be empty.
 *
 * @throws {Undecodable} Where it has none.
 */
export function messageText(value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  throw new Undecodable("it has no message text");
}

/** An object; an empty one where the value is not one. */
export function readObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** The instant of a timestamp, in milliseconds since the epoch; `null` if it is not one. */
export function readInstant(value: unknown): number | null {
  return typeof value === "string" ? parseInstant(value) : null;
}

/**
 * The time of a line, and its instant.
 *
 * @throws {Undecodable} Where the value is not a timestamp.
 */
export function readTime(value: unknown): { t: string; at: number } {
  const at = readInstant(value);
  if (at === null) throw new Undecodable("its timestamp is not a time");
  return { t: value as string, at };
}

/**
 * The text of a message: a text, or the parts of the given types, joined with
 * nothing between.
 */
export function joinParts(content: unknown, types: readonly string[]): string {
  if (typeof content === "string") return content.toWellFormed();
  if (!Array.isArray(content)) return "";
  return content.map((part) => {
    const { type, text } = readObject(part);
    const isText = types.some((name) => name === type);
    return isText && typeof text === "string" ? text : "";
  }).join("").toWellFormed();
}
