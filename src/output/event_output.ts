/**
 * `--emit events`: the log's own lines with their turn added (SPEC section 6).
 *
 * @module
 */

import type { ByteCollector } from "../bytes.ts";
import type { TurnLookup, TurnTag } from "../turns/turn_lookup.ts";
import type { Delivered, Output } from "./output.ts";

const CLOSING_BRACE = 125;

/** Renders each line that is a JSON object, with members added to its own. */
export class EventOutput implements Output {
  readonly wantsEveryLine = true;
  #lookup: TurnLookup;

  constructor(lookup: TurnLookup) {
    this.#lookup = lookup;
  }

  render({ outcomes, envelope }: Delivered, into: ByteCollector): void {
    let tag: TurnTag | undefined;
    const orphans: number[] = [];
    for (const { event, applied } of outcomes) {
      tag = this.#lookup.applied(event.sid, applied);
      orphans.push(...applied.turns.slice(0, -1).map(({ id }) => id));
    }
    if (envelope === null) return;
    if (outcomes.length === 0) {
      if (envelope.owner !== null) tag = this.#lookup.find(envelope.owner);
    } else if (outcomes.every(({ isSkipped }) => isSkipped)) return;
    const { bytes } = envelope;
    // It has members already.
    const end = tag ? bytes.lastIndexOf(CLOSING_BRACE) : bytes.length;
    into.add(bytes.subarray(0, end));
    if (tag) into.addText(`,${formatTag(tag, orphans)}`);
    into.add(bytes.subarray(end));
  }

  forget(): void {
    this.#lookup.forget();
  }
}

/** The members that are added to an event, as JSON text without braces. */
function formatTag(tag: TurnTag, orphans: number[]): string {
  const members = {
    turn_id_glob: tag.id,
    session_turn: tag.sessionTurn,
    session_pid_turn: tag.sessionPidTurn,
    turn_status: tag.status,
    ...(orphans.length > 0 ? { orphaned_turn_ids: orphans } : {}),
  };
  return JSON.stringify(members).slice(1, -1);
}
