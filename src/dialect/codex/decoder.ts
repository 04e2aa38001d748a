/**
 * Decodes the lines of a rollout.
 *
 * @module
 */

import type { EventOwner, TurnEvent } from "../../turns/event.ts";
import type { Decoded, Decoder, Opened } from "../dialect.ts";
import type { Json } from "../json.ts";
import { decodeLine, type ObjectReader, openLine } from "../object_lines.ts";
import { mayConcern, OLDEST_FORM, prefilter } from "./lines.ts";
import { Rollout } from "./rollout.ts";

const IGNORED: Decoded = { events: [], rejection: null };

/** Decodes the lines of one file, or of several, one after the other. */
export class CodexDecoder implements Decoder, ObjectReader {
  #rollout: Rollout;

  constructor(saved: string | null) {
    this.#rollout = new Rollout(saved === null ? null : JSON.parse(saved));
  }

  decode(text: string, bytes: Uint8Array): Decoded {
    if (prefilter.isOther(text)) return IGNORED;
    if (OLDEST_FORM.test(text)) {
      const reason =
        "it begins a rollout of the oldest form, which cannot be " +
        "read: its messages have no times";
      return { events: [], rejection: { reason, bytes } };
    }
    return decodeLine(text, bytes, this);
  }

  open(text: string, bytes: Uint8Array): Opened {
    return openLine(text, bytes, this);
  }

  save(): string | null {
    const saved = this.#rollout.save();
    return saved === null ? null : JSON.stringify(saved);
  }

  concerns(text: string): boolean {
    return mayConcern(text);
  }

  read(line: Json): TurnEvent[] {
    return this.#rollout.read(line);
  }

  owner(line: Json): EventOwner | null {
    return this.#rollout.owner(line);
  }
}
