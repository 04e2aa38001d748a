/**
 * What a decoder remembers of one session.
 *
 * @module
 */

import type { Prompt } from "../../turns/event.ts";
import { hashOf } from "../hash.ts";

/** How many prompts are remembered, to know a copy of one. */
const MOST_PROMPTS = 256;

/** The last message of the model: its text comes on several lines. */
interface Message {
  id: string;
  /** The uuids of its lines so far. */
  lines: string[];
  text: string;
}

/** A slash command. */
interface Command {
  uuid: string;
  prompt: Prompt;
  /** Whether the agent has answered it itself. */
  isLocal: boolean;
}

/** What is saved of a session. */
export interface SavedSession {
  sid: string;
  /** The last prompt, which answers and ends belong to. */
  prompt: { key: string; turnId: string | null } | null;
  /** Whether its turn has not ended; as long as no prompt was read, it may not have. */
  isOpen: boolean;
  /** A slash command that the model has not answered. */
  command: Command | null;
  message: Message | null;
  /** Hashes of the uuids of the last prompts. */
  prompts: number[];
}

/** One session of a transcript. */
export class Session {
  #saved: SavedSession;

  constructor(sid: string, saved?: SavedSession) {
    this.#saved = saved ?? {
      ...{ sid, prompt: null, isOpen: true, command: null, message: null },
      prompts: [],
    };
  }

  /** What it remembers, as plain data. */
  get saved(): SavedSession {
    return this.#saved;
  }

  /** What answers and ends belong to. */
  get owner(): { promptKey: string | null; turnId: string | null } {
    const { prompt } = this.#saved;
    return { promptKey: prompt?.key ?? null, turnId: prompt?.turnId ?? null };
  }

  /** Whether its turn has not ended; true as well where none is known. */
  get isOpen(): boolean {
    return this.#saved.isOpen;
  }

  /** Whether it is known that a turn has begun and not ended. */
  get isRunning(): boolean {
    return this.#saved.isOpen && this.#saved.prompt !== null;
  }

  /** Begins the turn of a prompt, unless the line is a copy of an earlier one. */
  begin(uuid: string, { key, turnId }: Prompt): void {
    const saved = this.#saved;
    if (this.#isCopy(uuid)) return;
    saved.prompts.push(hashOf(uuid));
    if (saved.prompts.length > MOST_PROMPTS) saved.prompts.shift();
    saved.prompt = { key, turnId };
    saved.isOpen = true;
    saved.command = null;
    saved.message = null;
  }

  /** Keeps a slash command until the model answers it. */
  hold(uuid: string, prompt: Prompt): void {
    if (!this.#isCopy(uuid)) {
      this.#saved.command = { uuid, prompt, isLocal: false };
    }
  }

  /** Notes that the agent printed something: it answers a slash command itself. */
  print(): void {
    const { command } = this.#saved;
    if (command !== null) command.isLocal = true;
  }

  /** Notes that the agent wrote to the model what a slash command means. */
  expand(promptId: string | null): void {
    const { command } = this.#saved;
    if (command !== null && command.prompt.turnId === promptId) {
      command.isLocal = false;
    }
  }

  /** The slash command that the model answers now, if any; its turn begins. */
  answerCommand(): Prompt[] {
    const { command } = this.#saved;
    this.#saved.command = null;
    if (command === null || command.isLocal) return [];
    this.begin(command.uuid, command.prompt);
    return [command.prompt];
  }

  /** Ends the turn. */
  end(): void {
    this.#saved.isOpen = false;
  }

  /**
   * Adds the text of a line to its message.
   *
   * @param id The message's id, if it has one.
   * @returns The text of all its lines so far.
   */
  addText(id: string | null, uuid: string, text: string): string {
    if (id === null) return text;
    const saved = this.#saved;
    if (saved.message?.id !== id) saved.message = { id, lines: [], text: "" };
    const { message } = saved;
    if (!message.lines.includes(uuid)) {
      message.lines.push(uuid);
      message.text += text;
    }
    return message.text;
  }

  #isCopy(uuid: string): boolean {
    return this.#saved.prompts.includes(hashOf(uuid));
  }
}
