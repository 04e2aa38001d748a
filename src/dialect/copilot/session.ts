/**
 * What a decoder remembers of a session of Copilot CLI.
 *
 * @module
 */

/** The last message of the model, which can come in pieces. */
interface Message {
  id: string;
  /** The keys of its pieces so far. */
  pieces: string[];
  text: string;
}

/** What is saved of a session. */
export interface SavedSession {
  sid: string;
  cwd: string | null;
  /** The last prompt, which answers and ends belong to. */
  prompt: { key: string; turnId: string | null } | null;
  /** Whether its turn has not ended. */
  isOpen: boolean;
  /** What the current call of the model has given. */
  call: "nothing" | "tools" | "answer";
  /** Whether the last call ended and had given nothing. */
  isSilent: boolean;
  message: Message | null;
}

/** A session, and how far the agent is with its last prompt. */
export class Session {
  #saved: SavedSession;

  constructor(saved: SavedSession) {
    this.#saved = saved;
  }

  /** Begins a session. */
  static begin(sid: string, cwd: string | null): Session {
    return new Session({
      ...{ sid, cwd, prompt: null, isOpen: false, call: "nothing" },
      ...{ isSilent: false, message: null },
    });
  }

  /** What it remembers, as plain data. */
  get saved(): Readonly<SavedSession> {
    return this.#saved;
  }

  /** Notes the directory that the agent works in from now. */
  moveTo(cwd: string | null): void {
    if (cwd !== null) this.#saved.cwd = cwd;
  }

  /**
   * Begins the turn of a prompt.
   *
   * @param steers Whether the prompt joins a running turn, whose call of the
   * model may have given something.
   */
  begin(key: string, turnId: string | null, steers: boolean): void {
    const saved = this.#saved;
    saved.prompt = { key, turnId };
    saved.isOpen = true;
    saved.isSilent = false;
    if (!steers) saved.call = "nothing";
  }

  /**
   * Adds a message of the model, or a piece of one.
   *
   * @param id The message's id, if it has one.
   * @param key The line's own key.
   * @returns The text of all pieces so far.
   */
  add(id: string | null, key: string, text: string, hasTools: boolean): string {
    const saved = this.#saved;
    const isPiece = id !== null && saved.message?.id === id;
    if (hasTools) saved.call = "tools";
    else if (!isPiece || saved.call !== "tools") saved.call = "answer";
    if (id === null) return text;
    if (saved.message?.id !== id) saved.message = { id, pieces: [], text: "" };
    const { message } = saved;
    if (!message.pieces.includes(key)) {
      message.pieces.push(key);
      message.text += text;
    }
    return message.text;
  }

  /** Notes that the agent says that its task is done. */
  finishTask(): void {
    this.#saved.call = "answer";
  }

  /** Ends a call of the model. @returns Whether the turn ends with it. */
  endCall(): boolean {
    const saved = this.#saved;
    const { call } = saved;
    saved.call = "nothing";
    saved.isSilent = call === "nothing";
    return call === "answer";
  }

  /** Ends the turn. @returns Whether it had not ended yet. */
  end(): boolean {
    const { isOpen } = this.#saved;
    this.#saved.isOpen = false;
    return isOpen;
  }
}
