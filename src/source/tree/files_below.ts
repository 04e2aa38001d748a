/**
 * The files below a directory, through links too (SPEC section 10).
 *
 * @module
 */

import { join } from "node:path";
import { unlessMissing } from "../../system/unless_missing.ts";
import { scanned, type ScannedFile } from "../follow/scanned_file.ts";
import { reasonOf, unreadable } from "../source.ts";

/** Reports that a file or a directory is left out: the reason is a clause. */
export type Skipped = (path: string, reason: string) => void;

/** A file as it was found. */
export interface FoundFile extends ScannedFile {
  /** Its path without links: one file has one. */
  realPath: string;
}

/** What a search for files reports. */
export interface Search {
  /** Called for each file or directory that cannot be read. */
  skipped: Skipped;
  /** Called with the real path of each directory that is searched. */
  entered?: (realPath: string, info: Deno.FileInfo) => void;
  /** Called with the real path of each file or directory that cannot be read. */
  unseen?: (realPath: string) => void;
}

type Place = Pick<FoundFile, "path" | "realPath">;

/**
 * Finds the files below a directory, at any depth, each of them once: links that
 * form a circle end it. What is there under its own name is found before what
 * is there as a link.
 *
 * @throws {UsageError} If the directory itself cannot be read.
 */
export function* filesBelow(
  directory: string,
  search: Search,
): Generator<FoundFile> {
  try {
    // Reading it shows that it is a directory.
    Deno.readDirSync(directory)[Symbol.iterator]().next();
  } catch (error) {
    throw unreadable(directory, error, "name a directory that can be read");
  }
  yield* filesAt([directory], search);
}

/** The files at some paths, and below those that are directories. */
export function* filesAt(
  paths: readonly string[],
  { skipped, entered, unseen }: Search,
): Generator<FoundFile> {
  const links = [...paths];
  const places: Place[] = [];
  const seen = new Set<string>();
  while (places.length + links.length > 0) {
    const place = places.pop() ?? followLink(links.pop()!, skipped);
    if (place === undefined || seen.has(place.realPath)) continue;
    const { path, realPath } = place;
    seen.add(realPath);
    const refused: Skipped = (path, reason) => {
      skipped(path, reason);
      unseen?.(realPath);
    };
    const info = unlessUnreadable(path, () => Deno.statSync(path), refused);
    if (info?.isFile) yield { ...scanned(path, info), ...place };
    else if (info?.isDirectory) {
      const list = () => childrenOf(place, links);
      const children = unlessUnreadable(path, list, refused);
      if (children === undefined) continue;
      entered?.(realPath, info);
      for (const child of children) places.push(child);
    }
  }
}

/**
 * The result of a call that reads a file or a directory; `undefined` where it is
 * gone, or cannot be read, which is reported.
 */
export function unlessUnreadable<T>(
  path: string,
  call: () => T,
  skipped: Skipped,
): T | undefined {
  try {
    return unlessMissing(call);
  } catch (error) {
    const isCircle = error instanceof Deno.errors.FilesystemLoop;
    if (!isCircle) skipped(path, reasonOf(error));
    return undefined;
  }
}

function followLink(path: string, skipped: Skipped): Place | undefined {
  const place = () => ({ path, realPath: Deno.realPathSync(path) });
  return unlessUnreadable(path, place, skipped);
}

/** What is in a directory; links are added to the others. */
function childrenOf({ path, realPath }: Place, links: string[]): Place[] {
  const children: Place[] = [];
  for (const { name, isSymlink } of Deno.readDirSync(path)) {
    const child = join(path, name);
    if (isSymlink) links.push(child);
    else children.push({ path: child, realPath: join(realPath, name) });
  }
  return children;
}
