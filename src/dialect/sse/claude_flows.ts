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
  /** By name; the oldest first. */
  #pieces: Map<string, Piece[]>;

  constructor(saved: SavedFlow[]) {
    this.#pieces = new Map(saved);
  }

  get isEmpty(): boolean {
    return this.#pieces.size === 0;
  }

  get saved(): SavedFlow[] {
    return [...this.#pieces];
  }

  /** Begins a message. One that has begun is read again, and is kept. */
  begin(name: string): void {
    if (this.#pieces.has(name)) return;
    this.#pieces.set(name, []);
    if (this.#pieces.size <= MOST_FLOWS) return;
    const [oldest] = this.#pieces.keys();
    this.#pieces.delete(oldest);
  }

  /** Adds a piece, unless its message has not begun or has it already. */
  add(name: string, piece: Piece): void {
    const pieces = this.#pieces.get(name);
    if (pieces === undefined) return;
    const last = pieces.at(-1)?.count ?? null;
    // Most come in order.
    const isNew = piece.count === null || last === null || piece.count > last ||
      pieces.every(({ count }) => count !== piece.count);
    if (isNew) pieces.push(piece);
  }

  /** Ends a message, and returns its text; empty if it has none or never began. */
  end(name: string): string {
    const pieces = this.#pieces.get(name) ?? [];
    this.#pieces.delete(name);
    return pieces.sort((a, b) =>
      a.index - b.index || (a.count ?? 0) - (b.count ?? 0)
    ).map(({ text }) => text).join("").toWellFormed();
  }

  /** Forgets the messages of a session that is over. */
  drop(sid: string): void {
    for (const name of this.#pieces.keys()) {
      if (JSON.parse(name)[0] === sid) this.#pieces.delete(name);
    }
  }
}
