/**
 * Session files below a real directory, and what was written to them: the known
 * result that a follower of the directory is held against.
 *
 * @module
 */

import { gzipSync } from "node:zlib";
import type { Random } from "../../../tools/gen_log/random.ts";
import { unlessMissing } from "../../../src/system/unless_missing.ts";
import { lineOf, prompt } from "../envelope.ts";

/** A line that was written. */
export interface Line {
  text: string;
  wasGiven: boolean;
  /** How often it may be given again: its file was rewritten, or a position lost. */
  repeats: number;
}

/** A log, in one file. */
interface Session {
  path: string;
  lines: Line[];
  /** What is there of an incomplete line, and what is missing. */
  half: string;
  rest: string;
  isPacked: boolean;
  /** What has become of its path and its inode since the follower has seen it. */
  isMoved: boolean;
  isExchanged: boolean;
}

/** What can be done to the files. */
export const ACTIONS = [
  ...["create", "append", "append", "append", "half", "rename", "pack"],
  ...["unpack", "rewrite", "replace", "truncate", "remove", "link", "renew"],
] as const;
/** One of {@linkcode ACTIONS}. */
export type Action = typeof ACTIONS[number];

/** A directory of session files. */
export class TreeWorld {
  readonly root: string;
  /** The paths that were changed since the last look. */
  changed = new Set<string>();
  /** Whether the system watches the directory that is there now. */
  isWatched = false;
  nowMs = Date.now();
  #outside: string;
  #sessions: Session[] = [];
  #count = 0;

  constructor(directory: string) {
    this.root = `${directory}/root`;
    this.#outside = `${directory}/outside`;
    Deno.mkdirSync(this.root);
    Deno.mkdirSync(this.#outside);
  }

  /** The lines of all files that are there, in each file's order. */
  get logs(): Line[][] {
    return this.#sessions.map(({ lines }) => lines);
  }

  /** All files have been seen as they are. */
  settle(): void {
    for (const session of this.#sessions) {
      session.isMoved = session.isExchanged = false;
    }
  }

  /** Does one thing to one file. */
  act(action: Action, random: Random): void {
    if (action === "create") return this.#create(random);
    const session = this.#sessions.length > 0 && random.pick(this.#sessions);
    if (session) this[`_${action}`](session, random);
  }

  #create(random: Random): void {
    const path = this.#newPath(random);
    const session: Session = {
      ...{ path, lines: [], half: "", rest: "", isPacked: false },
      ...{ isMoved: false, isExchanged: false },
    };
    this.#sessions.push(session);
    this.#write(session, path);
    if (random.chance(0.8)) this._append(session, random);
    else if (random.chance(0.5)) this._half(session);
  }

  protected _append(session: Session, random: Random): void {
    if (session.isPacked) return;
    const { rest } = session;
    if (rest !== "") {
      session.lines.push(this.#line(session.half + rest));
      session.half = session.rest = "";
    }
    const lines = Array.from(
      { length: random.between(rest === "" ? 1 : 0, 3) },
      () => this.#line(),
    );
    session.lines.push(...lines);
    const text = lines.map(({ text }) => `${text}\n`).join("");
    const completed = rest === "" ? "" : `${rest}\n`;
    this.#append(session, completed + text);
  }

  protected _half(session: Session): void {
    if (session.isPacked || session.half !== "") return;
    const { text } = this.#line();
    const at = text.length >> 1;
    [session.half, session.rest] = [text.slice(0, at), text.slice(at)];
    this.#append(session, session.half);
  }

  protected _rename(session: Session, random: Random): void {
    const path = this.#newPath(random) + (session.isPacked ? ".gz" : "");
    Deno.renameSync(session.path, path);
    this.#touch(session.path, path);
    session.path = path;
    this.#note(session, "isMoved");
  }

  protected _pack(session: Session, random: Random): void {
    if (session.isPacked || session.half !== "") return;
    const { path } = session;
    // The packed file may be there for a while beside the plain one.
    if (random.chance(0.3)) Deno.writeFileSync(`${path}.gz`, new Uint8Array());
    session.isPacked = true;
    this.#write(session, `${path}.gz`);
    Deno.removeSync(path);
    this.#touch(path);
    session.path = `${path}.gz`;
    this.#note(session, "isExchanged");
  }

  protected _unpack(session: Session, random: Random): void {
    if (!session.isPacked) return;
    const { path } = session;
    session.isPacked = false;
    session.path = path.slice(0, -".gz".length);
    this.#write(session, session.path);
    Deno.removeSync(path);
    this.#touch(path);
    this.#note(session, "isExchanged");
    if (random.chance(0.5)) this._append(session, random);
  }

  /** Another file with the same lines takes its place. */
  protected _rewrite(session: Session, random: Random): void {
    this.#exchange(session);
    this._append(session, random);
  }

  /** Another file takes its place, which begins with another line. */
  protected _replace(session: Session): void {
    session.lines = [this.#line(), ...session.lines];
    this.#mayRepeat(session);
    this.#exchange(session);
  }

  /** The same file gets other lines. */
  protected _truncate(session: Session): void {
    if (session.isPacked) return;
    session.lines = [this.#line(), ...session.lines.slice(1)];
    this.#mayRepeat(session);
    this.#write(session, session.path);
  }

  protected _remove(session: Session): void {
    Deno.removeSync(session.path);
    this.#touch(session.path);
    this.#sessions = this.#sessions.filter((other) => other !== session);
  }

  /** Moves it out of the directory, which a link leads to. */
  protected _link(session: Session): void {
    if (session.path.startsWith(this.#outside)) return;
    const directory = `${this.#outside}/${this.#count++}`;
    Deno.mkdirSync(directory);
    const name = session.path.slice(session.path.lastIndexOf("/") + 1);
    const path = `${directory}/${name}`;
    Deno.renameSync(session.path, path);
    const link = `${this.root}/link${this.#count++}`;
    Deno.symlinkSync(directory, link);
    this.#touch(session.path, link);
    session.path = path;
    this.#note(session, "isMoved");
  }

  /**
   * Another directory takes the place of the followed one, with some of its files.
   * Watches of the system end with it.
   */
  protected _renew(_: Session, random: Random): void {
    const old = `${this.#outside}/${this.#count++}`;
    Deno.renameSync(this.root, old);
    this.isWatched = false;
    Deno.mkdirSync(this.root);
    const isKept = ({ path }: Session) =>
      path.startsWith(this.root) && random.chance(0.7);
    this.#sessions = this.#sessions.filter(isKept);
    for (const { path } of this.#sessions) {
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      Deno.renameSync(old + path.slice(this.root.length), path);
    }
  }

  #exchange(session: Session): void {
    const other = `${this.root}/.tmp${this.#count++}`;
    this.#write(session, other);
    Deno.renameSync(other, session.path);
    this.#touch(session.path);
    this.#note(session, "isExchanged");
  }

  /** A file with neither its path nor its inode is a new one. */
  #note(session: Session, change: "isMoved" | "isExchanged"): void {
    session[change] = true;
    if (session.isMoved && session.isExchanged) this.#mayRepeat(session);
  }

  #mayRepeat({ lines }: Session): void {
    for (const line of lines) line.repeats++;
  }

  #line(text?: string): Line {
    const t = new Date(Date.UTC(2026, 0, 1) + this.#count++).toISOString();
    text ??= lineOf(prompt({ t, text: `line ${this.#count}` }));
    return { text, wasGiven: false, repeats: 0 };
  }

  #write({ lines, half, isPacked }: Session, path: string): void {
    const text = lines.map(({ text }) => `${text}\n`).join("") + half;
    if (isPacked) Deno.writeFileSync(path, gzipSync(text));
    else Deno.writeTextFileSync(path, text);
    this.#touch(path);
  }

  #append({ path }: Session, text: string): void {
    Deno.writeTextFileSync(path, text, { append: true });
    this.#touch(path);
  }

  #touch(...paths: string[]): void {
    for (const path of paths) {
      if (this.isWatched) this.changed.add(path);
      const time = new Date(this.nowMs);
      unlessMissing(() => Deno.utimeSync(path, time, time));
    }
  }

  #newPath(random: Random): string {
    let directory = this.root;
    for (let depth = random.below(3); depth > 0; depth--) {
      directory += `/${random.below(3)}`;
      const isNew = (() => {
        try {
          Deno.mkdirSync(directory);
          return true;
        } catch (error) {
          if (error instanceof Deno.errors.AlreadyExists) return false;
          throw error;
        }
      })();
      if (isNew) this.#touch(directory);
    }
    return `${directory}/${this.#count++}.jsonl`;
  }
}
