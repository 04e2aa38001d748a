/**
 * A log and the files that it was rotated into, in a real directory, and what
 * was written to them: the known result that a follower is held against.
 *
 * @module
 */

import { gzipSync } from "node:zlib";
import { storedZstd } from "../stored_zstd.ts";
import { REAL } from "./system_calls.ts";

/** A line that was written. */
export interface Line {
  text: string;
  /** From 1, in its generation. */
  number: number;
  /** Where it begins and ends in its generation, in bytes. */
  start: number;
  end: number;
  /** Whether it names an event of a turn, so that the follower gives it. */
  isCandidate: boolean;
  /** When its newline was written, in a count of all writes. */
  writtenAt: number;
  wasGiven: boolean;
  /** Whether its only copy was gone before anybody could read it. */
  mayBeLost: boolean;
  /** Whether a crash took what was stored of its having been given. */
  mayRepeat: boolean;
  /** Whether its file could not be read in its turn. */
  isLate: boolean;
}

/** What was written between two rotations: the content of one file. */
export interface Generation {
  content: string;
  lines: Line[];
  /** What is missing of the line at its end. */
  rest: string;
  /** Whether it was rotated before the follower was first started. */
  isOld: boolean;
  /** Whether it was deleted, so that half a line is one. */
  isDeleted: boolean;
  /**
   * Whether it was deleted before a follower had looked at it, and cannot be
   * distinguished any more from what was in the same file before.
   */
  isUnordered: boolean;
  /** Whether a copy of it could not be known for one at once. */
  mayRepeat: boolean;
}

/** A file of the log. */
export interface File {
  name: string;
  generation: Generation;
  /** How many bytes of the generation are in it. */
  size: number;
  isArchive: boolean;
  /** Whether no writer has it open any more. */
  isClosed: boolean;
  /** Whether nothing was in it when it was rotated. */
  wasEmpty: boolean;
  /** The life of the follower that has it open for sure. */
  openIn: number;
  /** How many bytes it had when that follower last looked. */
  seenSize: number;
  mayBeRead: boolean;
}

/** What is done in pieces: the next piece, and what completes it at once. */
interface Work {
  next(part: number): void;
  complete(): void;
  /** The generation of which no file is whole meanwhile. */
  moved?: Generation;
}

/** How rotated files are compressed. */
const ARCHIVES = {
  gzip: {
    extension: ".gz",
    compressed: gzipSync as (_: Uint8Array) => Uint8Array,
  },
  zstd: { extension: ".zst", compressed: storedZstd },
};

/** How the log of a history is rotated. */
export interface Customs {
  names: "numbers" | "dates";
  /** When the same long line is written with which every generation begins. */
  header: "never" | "with the first line" | "at once";
  /** Whether all lines of one event begin with the same bytes. */
  beginsAlike: boolean;
  /** How many files were rotated before the first start. */
  oldFiles: number;
  /** What rotated files are compressed with. */
  archives: keyof typeof ARCHIVES;
}

const LOG = "log.jsonl";
const OTHER = '"event":"turn.delta"';
const HEADER = `{${OTHER},"line":"${"header ".repeat(100)}"}\n`;
/** How coarse the clock of the file system is, in milliseconds. */
const FILE_CLOCK_STEP = 10;

/** The log, what has become of it, and all that was written. */
export class World {
  readonly path: string;
  readonly customs: Customs;
  /** The time of day, in milliseconds since the epoch. */
  nowMs = 1_700_000_000_000;
  readonly generations: Generation[] = [];
  /** The rotated files, the newest first. */
  rotated: File[] = [];
  current: File | null = null;
  readonly lines = new Map<string, Line>();
  /** The number of the next line. */
  nextNumber = 0;
  /** The life that the follower is in; 0 while it is down. */
  life = 0;
  #directory: string;
  #work: Work | null = null;
  #writes = 0;
  #hasWaitedLong = false;
  #rotations = 0;

  constructor(directory: string, customs: Customs) {
    this.#directory = directory;
    this.customs = customs;
    this.path = `${directory}/${LOG}`;
    const startMs = this.nowMs;
    for (let i = customs.oldFiles; i > 0; i--) {
      this.nowMs = startMs - i * 3_600_000;
      this.write([`old ${i}`]);
      this.current!.generation.isOld = true;
      this.rename(i === 1);
      this.rotated[0].isClosed = true;
    }
    this.nowMs = startMs;
  }

  /** Appends whole lines to the log, which is created where it is missing. */
  write(texts: string[]): void {
    const file = this.#create();
    this.#completeLine(file);
    for (const text of texts) this.#line(file, text);
  }

  /** Appends the first part of a line. */
  writeHalf(text: string, part: number): void {
    const file = this.#create();
    this.#completeLine(file);
    const line = this.#textOf(text);
    // So much that it is no other line.
    const least = this.customs.beginsAlike ? 1 : line.indexOf(",");
    const cut = least + Math.floor(part * (line.length - least));
    this.#append(file, line.slice(0, cut));
    file.generation.rest = line.slice(cut);
  }

  /** Writes the rest of the line that is not whole, wherever its file is now. */
  completeLine(): void {
    for (const file of this.#files()) {
      if (!file.isClosed) this.#completeLine(file);
    }
  }

  /** A writer that still has the newest rotated file open writes to it. */
  writeLate(texts: string[]): void {
    const [file] = this.rotated;
    if (file === undefined || file.isClosed) return;
    this.#completeLine(file);
    for (const text of texts) this.#line(file, text);
  }

  /** Renames the log, and creates another one at once if need be. */
  rename(creates: boolean): void {
    this.complete();
    const file = this.current;
    if (file === null) return;
    file.name = this.#makeRoom();
    file.wasEmpty = file.size === 0;
    REAL.renameSync(this.path, this.#pathOf(file));
    this.rotated.unshift(file);
    this.current = null;
    this.#touchDirectory();
    if (creates) this.#create();
  }

  /** Copies the log and empties it. */
  copyAndTruncate(): void {
    this.beginCopy();
    this.complete();
  }

  /** Begins to copy the log, which is emptied once the copy is whole. */
  beginCopy(): void {
    this.complete();
    const original = this.current;
    if (original === null) return;
    this.#completeLine(original);
    original.mayBeRead = true;
    const { generation } = original;
    const copy: File = {
      ...original,
      ...{ name: this.#makeRoom(), size: 0, isClosed: true },
      ...{ openIn: 0, seenSize: 0 },
    };
    copy.wasEmpty = original.size === 0;
    const path = this.#pathOf(copy);
    REAL.writeTextFileSync(path, "");
    this.rotated.unshift(copy);
    this.#touchDirectory();
    this.#touch(copy);
    const grow = (end: number) => {
      if (end <= copy.size) return;
      const piece = generation.content.slice(copy.size, end);
      REAL.writeTextFileSync(path, piece, { append: true });
      copy.size = end;
      this.#touch(copy);
    };
    const isWhole = original.size === 0;
    this.#work = {
      next: (part) => grow(Math.floor(original.size * part)),
      complete: () => {
        if (this.current !== original) return;
        this.#completeLine(original);
        grow(original.size);
        REAL.truncateSync(this.path);
        // As long as the log was there, the follower need not open the copy.
        copy.openIn = 0;
        this.current = this.#newFile();
        this.#touch(this.current);
        if (this.customs.header === "at once") {
          this.#append(this.current, HEADER);
        }
      },
    };
    if (isWhole) this.complete();
  }

  /** Empties the log, of which there is no copy. */
  truncate(): void {
    this.complete();
    if (this.current === null) return;
    const { generation } = this.current;
    REAL.truncateSync(this.path);
    generation.rest = "";
    this.current = this.#newFile();
    this.#touch(this.current);
    this.#lose(generation, false);
  }

  /**
   * Compresses a rotated file.
   *
   * @param how All at once; in pieces while it is there; or in pieces after it
   * is gone, as where the archive is copied from elsewhere.
   */
  compress(index: number, how: "at once" | "in pieces" | "moved"): void {
    this.complete();
    const file = this.rotated[index];
    if (file === undefined || file.isArchive) return;
    // If it was written to since, it cannot be known which file it was.
    if (file.wasEmpty && file.size > 0) return;
    if (how === "moved" && file.generation.isOld) return;
    this.#completeLine(file);
    // It may never have been seen as a copy with something in it.
    if (file.isClosed) file.generation.mayRepeat = true;
    // No more than the same line of it may have been read, before it was gone.
    if (this.customs.header === "at once" && file.openIn !== this.life) {
      file.generation.isUnordered = true;
    }
    if (this.customs.header === "at once" && this.life === 0) {
      if (!file.generation.lines.some(({ wasGiven }) => wasGiven)) {
        lose(file.generation);
      }
    }
    // What could never be read of it cannot be known again in another file.
    if (!file.mayBeRead) lose(file.generation);
    file.mayBeRead = true;
    file.isClosed = true;
    const path = this.#pathOf(file);
    const { mtime } = REAL.statSync(path);
    const { extension, compressed } = ARCHIVES[this.customs.archives];
    const bytes = compressed(REAL.readFileSync(path));
    const archive = path + extension;
    let size = 0;
    const grow = (end: number) => {
      if (end <= size && size > 0) return;
      REAL.writeFileSync(archive, bytes.subarray(size, end), { append: true });
      if (size === 0) this.#touchDirectory();
      size = end;
      this.#touchPath(archive);
    };
    const remove = () => {
      REAL.removeSync(path);
      file.name += extension;
      file.isArchive = true;
      this.#touchDirectory();
    };
    grow(0);
    if (how === "moved") {
      remove();
      file.openIn = 0;
      this.#noteLate(file);
    }
    this.#work = {
      next: (part) => grow(Math.floor(bytes.length * part)),
      complete: () => {
        grow(bytes.length);
        REAL.utimeSync(archive, mtime!, mtime!);
        if (how !== "moved") remove();
      },
      moved: how === "moved" ? file.generation : undefined,
    };
    this.#noteUnknown();
    if (how === "at once") this.complete();
  }

  /** Does more of what is done in pieces. */
  proceed(part: number): void {
    this.#work?.next(part);
  }

  /** Completes what is done in pieces. */
  complete(): void {
    const work = this.#work;
    this.#work = null;
    work?.complete();
  }

  /** Deletes the log, or its oldest rotated file. */
  remove(which: "log" | "oldest"): void {
    this.complete();
    const file = which === "log" ? this.current : this.rotated.pop();
    if (!file) return;
    if (file.isClosed) file.generation.mayRepeat = true;
    REAL.removeSync(this.#pathOf(file));
    if (which === "log") this.current = null;
    this.#touchDirectory();
    file.generation.isDeleted = true;
    file.generation.rest = "";
    const isOpen = this.life > 0 && file.openIn === this.life;
    file.generation.isUnordered = !isOpen;
    this.#lose(file.generation, isOpen);
  }

  /** Makes a file unreadable, or readable again. */
  forbid(index: number): void {
    const file = index < 0 ? this.current : this.rotated[index];
    if (!file) return;
    file.mayBeRead = !file.mayBeRead;
    file.generation.mayRepeat = true;
    this.#noteLate(file);
  }

  /** Makes all files readable. */
  allowAll(): void {
    for (const file of this.#files()) file.mayBeRead = true;
  }

  /** Whether a path is one of a file that may not be read. */
  isForbidden(path: string): boolean {
    return this.#files().some((file) =>
      !file.mayBeRead && this.#pathOf(file) === path
    );
  }

  /** Says that the follower of this life has looked at what is there now. */
  wasSeen(): void {
    if (this.current?.mayBeRead === false) return;
    for (const file of this.#files()) {
      const isPart = file.generation === this.#work?.moved;
      if (!file.mayBeRead || isPart) continue;
      const isRead = file.openIn === this.life && file.seenSize > 0;
      const isOpen = isRead || !this.#isAlike(file);
      file.openIn = isOpen ? this.life : 0;
      file.seenSize = file.size;
    }
  }

  /**
   * Whether all that is in a rotated file is in another one, too. It may be a copy
   * of that as well, and those are not opened; nothing on the disk says which.
   */
  #isAlike({ generation, size }: File): boolean {
    return size > 0 && generation !== this.current?.generation &&
      this.generations.some((other) =>
        other !== generation && other.content.startsWith(generation.content)
      );
  }

  /**
   * A follower starts.
   *
   * @param isFirst Whether it knows of no file.
   */
  start(life: number, isFirst: boolean): void {
    this.life = life;
    // It could not know what the log was before.
    if (!isFirst) return;
    for (const generation of this.generations) {
      if (generation !== this.current?.generation) {
        this.#lose(generation, false);
      }
    }
    for (const file of this.rotated) {
      file.isClosed = true;
      lose(file.generation);
    }
  }

  /** A follower ends: what only it had open is gone. */
  end(): void {
    this.life = 0;
    // Of files of which no more than the same line was read each can have the
    // inode that another had.
    if (this.customs.header === "at once") {
      for (const generation of this.generations) generation.mayRepeat = true;
    }
    this.#noteUnknown();
    for (const file of this.#files()) {
      const isMoved = file.generation === this.#work?.moved;
      if (!file.mayBeRead || isMoved) this.#noteLate(file);
    }
    for (const generation of this.generations) this.#lose(generation, false);
  }

  /** The lines that a follower that has caught up must have given, and has not. */
  missing(): Line[] {
    if (this.current?.mayBeRead === false) return [];
    const hidden = this.#files().filter(({ mayBeRead }) => !mayBeRead)
      .map(({ generation }) => generation);
    return this.generations
      .filter((generation) =>
        !hidden.includes(generation) && generation !== this.#work?.moved
      )
      .flatMap(({ lines }) => lines)
      .filter(isDue);
  }

  /** The lines that come before another, and were not given though they must. */
  missingBefore(line: Line): Line[] {
    const own = this.generationOf(line);
    const older = own.isUnordered || line.isLate
      ? []
      : this.generations.slice(0, this.generations.indexOf(own));
    return [
      ...older.flatMap(({ lines }) => lines).filter((other) =>
        other.writtenAt < line.writtenAt && !other.isLate
      ),
      ...own.lines.slice(0, own.lines.indexOf(line)),
    ].filter(isDue);
  }

  /** Where a line was written. */
  generationOf(line: Line): Generation {
    return this.generations.find(({ lines }) => lines.includes(line))!;
  }

  /** What is there, for people. */
  toString(): string {
    return this.#files().map(({ name, generation, size, mayBeRead }) =>
      `${name}: generation ${
        this.generations.indexOf(generation)
      }, ${size} of ${generation.content.length}${mayBeRead ? "" : ", closed"}`
    ).join("; ");
  }

  #files(): File[] {
    return this.current ? [this.current, ...this.rotated] : this.rotated;
  }

  #pathOf({ name }: File): string {
    return `${this.#directory}/${name}`;
  }

  /** An empty file at the log's path, with what will be written to it. */
  #newFile(): File {
    const generation: Generation = {
      ...{ content: "", lines: [], rest: "" },
      ...{
        isOld: false,
        isDeleted: false,
        isUnordered: false,
        mayRepeat: false,
      },
    };
    this.generations.push(generation);
    return {
      ...{ name: LOG, generation, size: 0, openIn: 0, seenSize: 0 },
      ...{ isArchive: false, isClosed: false, wasEmpty: false },
      mayBeRead: true,
    };
  }

  #create(): File {
    if (this.current !== null) return this.current;
    const file = this.#newFile();
    REAL.writeTextFileSync(this.path, "");
    this.#touchDirectory();
    this.current = file;
    this.#touch(file);
    if (this.customs.header === "at once") this.#append(file, HEADER);
    return file;
  }

  /** The name that the log is rotated to, free now. */
  #makeRoom(): string {
    this.#rotations++;
    if (this.customs.names === "dates") {
      return `${LOG}-20231114-${100_000 + this.#rotations}`;
    }
    for (const file of this.rotated.toReversed()) {
      const path = this.#pathOf(file);
      file.name = file.name.replace(/\.(\d+)/, (_, n) => `.${+n + 1}`);
      REAL.renameSync(path, this.#pathOf(file));
    }
    return `${LOG}.1`;
  }

  #textOf(text: string): string {
    return text + "\n";
  }

  #line(file: File, text: string): void {
    const { generation } = file;
    if (this.customs.header !== "never" && generation.content === "") {
      this.#append(file, HEADER);
    }
    this.#append(file, this.#textOf(text));
  }

  #completeLine(file: File): void {
    const { generation } = file;
    const { rest } = generation;
    generation.rest = "";
    if (rest !== "") this.#append(file, rest);
  }

  #append(file: File, text: string): void {
    const { generation } = file;
    REAL.writeTextFileSync(this.#pathOf(file), text, { append: true });
    this.#touch(file);
    generation.content += text;
    file.size = generation.content.length;
    this.#writes++;
    if (!text.endsWith("\n")) return;
    const start = generation.lines.at(-1)?.end ?? 0;
    const line: Line = {
      text: generation.content.slice(start),
      ...{ start, end: generation.content.length },
      number: generation.lines.length + 1,
      isCandidate: !generation.content.slice(start).includes(OTHER),
      writtenAt: this.#writes,
      ...{ wasGiven: false, mayRepeat: false },
      mayBeLost: false,
      isLate: this.#files().some((other) =>
        other.generation === generation && !other.mayBeRead
      ),
    };
    generation.lines.push(line);
    if (line.isCandidate) this.lines.set(line.text, line);
  }

  /**
   * As long as an archive holds less than was read of the file that is gone, only
   * a follower that has that open knows what it is.
   */
  #noteUnknown(): void {
    const moved = this.#work?.moved;
    const hasClosed = this.life === 0 || this.#hasWaitedLong;
    if (moved !== undefined && hasClosed) moved.mayRepeat = true;
  }

  /** Lets so much time pass that a follower closes files that were deleted. */
  waitLong(): void {
    this.nowMs += 31_000;
    this.#hasWaitedLong = true;
    this.#noteUnknown();
  }

  /** What is unread in a file that cannot be read comes later. */
  #noteLate(file: File): void {
    for (const line of file.generation.lines) {
      if (!line.wasGiven) line.isLate = true;
    }
  }

  /** Content of a file is gone: what is in no other may be lost. */
  #lose(generation: Generation, isOpen: boolean): void {
    if (isOpen || generation === this.#work?.moved) return;
    const kept = Math.max(
      0,
      ...this.#files().filter((file) => file.generation === generation)
        .map(({ size }) => size),
    );
    for (const line of generation.lines) {
      if (line.end > kept) line.mayBeLost = true;
    }
  }

  #touch(file: File): void {
    this.#touchPath(this.#pathOf(file));
  }

  #touchDirectory(): void {
    this.#touchPath(this.#directory);
  }

  #touchPath(path: string): void {
    const step = FILE_CLOCK_STEP;
    const time = new Date(Math.floor(this.nowMs / step) * step);
    REAL.utimeSync(path, time, time);
  }
}

function isDue({ isCandidate, wasGiven, mayBeLost }: Line): boolean {
  return isCandidate && !wasGiven && !mayBeLost;
}

function lose({ lines }: Generation): void {
  for (const line of lines) line.mayBeLost = true;
}
