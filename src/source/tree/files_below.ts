/**
 * The files below a directory, through links too (SPEC section 10).
 *
 * @module
 */

import { join } from "node:path";
import { reasonOf, unreadable } from "../source.ts";

/** Reports that a file or a directory is left out: the reason is a clause. */
export type Skipped = (path: string, reason: string) => void;

/** A file as it was found. */
export interface FoundFile {
  path: string;
  /** Its path without links: one file has one. */
  realPath: string;
  /** Its size in bytes. */
  size: number;
  /** When it was last written to, in milliseconds since the epoch. */
  modifiedMs: number;
}

type Place = Pick<FoundFile, "path" | "realPath">;

/**
 * Finds the files below a directory, at any depth, each of them once: links that
 * form a circle end it. What is there under its own name is found before what
 * is there as a link.
 *
 * @param skipped Called for each file or directory that cannot be read.
 * @throws {UsageError} If the directory itself cannot be read.
 */
export function* filesBelow(
  directory: string,
  skipped: Skipped,
): Generator<FoundFile> {
  const links: string[] = [];
  const seen = new Set<string>();
  let places: Place[];
  try {
    const root = placeOf(directory);
    seen.add(root.realPath);
    places = childrenOf(root, links);
  } catch (error) {
    throw unreadable(directory, error, "name a directory that can be read");
  }
  while (places.length + links.length > 0) {
    const place = places.pop() ?? followLink(links.pop()!, skipped);
    if (place === undefined || seen.has(place.realPath)) continue;
    seen.add(place.realPath);
    const { path } = place;
    const info = unlessUnreadable(path, () => Deno.statSync(path), skipped);
    if (info?.isFile) {
      const modifiedMs = info.mtime?.getTime() ?? 0;
      yield { ...place, size: info.size, modifiedMs };
    } else if (info?.isDirectory) {
      const list = () => childrenOf(place, links);
      for (const child of unlessUnreadable(path, list, skipped) ?? []) {
        places.push(child);
      }
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
    return call();
  } catch (error) {
    const isNowhere = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.FilesystemLoop;
    if (!isNowhere) skipped(path, reasonOf(error));
    return undefined;
  }
}

function followLink(path: string, skipped: Skipped): Place | undefined {
  return unlessUnreadable(path, () => placeOf(path), skipped);
}

function placeOf(path: string): Place {
  return { path, realPath: Deno.realPathSync(path) };
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
