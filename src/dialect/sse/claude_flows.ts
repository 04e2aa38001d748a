/**
 * The messages of Claude Code that have begun, each a flow of pieces.
 *
 * @module
 */

/** A piece of a message's text. */
export interface Piece {
  /** The number of the content block that it belongs to. */
  index: number;
  /** Its place in the session; a piece that is read again has the same. */
  count: number | null;
  text: string;
}

/** A flow by its name, as a decoder saves it. */
export type SavedFlow = [name: string, pieces: Piece[]];

/**
 * How many messages are remembered. More are never written at once; others were
 * left by processes that were killed.
 */
const MOST_FLOWS = 100;

/** Collects the pieces of each message between its start and its stop. */
export class Flows {
  /** By name, the oldest first; the pieces by their count, if they have one. */
  #flows = new Map<string, Map<number | string, Piece>>();

  constructor(saved: SavedFlow[]) {
    for (const [name, pieces] of saved) {
      this.begin(name);
      for (const piece of pieces) this.add(name, piece);
    }
  }

  get isEmpty(): boolean {
    return this.#flows.size === 0;
  }

  get saved(): SavedFlow[] {
    return [...this.#flows].map(([name, pieces]) => [
      name,
      [...pieces.values()],
    ]);
  }

  /** Begins a message. If it has begun, its line is read again. */
  begin(name: string): void {
    if (this.#flows.has(name)) return;
    this.#flows.set(name, new Map());
    if (this.#flows.size <= MOST_FLOWS) return;
    const [oldest] = this.#flows.keys();
    this.#flows.delete(oldest);
  }

  /** Adds a piece, unless its message has not begun or has it already. */
  add(name: string, piece: Piece): void {
    const pieces = this.#flows.get(name);
    if (pieces === undefined) return;
    const key = piece.count ?? `after ${pieces.size}`;
    if (!pieces.has(key)) pieces.set(key, piece);
  }

  /** Ends a message, and returns its text; empty if it has none or never began. */
  end(name: string): string {
    const pieces = [...this.#flows.get(name)?.values() ?? []];
    this.#flows.delete(name);
    return pieces.sort((a, b) =>
      a.index - b.index || (a.count ?? 0) - (b.count ?? 0)
    ).map(({ text }) => text).join("").toWellFormed();
  }

  /** Forgets the messages of a session that is over. */
  drop(sid: string): void {
    for (const name of this.#flows.keys()) {
      if (JSON.parse(name)[0] === sid) this.#flows.delete(name);
    }
  }
}
