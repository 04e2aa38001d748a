/**
 * The checks of the whole repository that Deno's own do not make.
 *
 * @module
 */

import { ARROWS, KNOWN } from "./arrows.ts";
import { checkImports } from "./imports.ts";
import { checkWords, PENDING } from "./words.ts";

/** Folders without texts of this project, besides those whose name begins with a dot. */
const SKIPPED = ["node_modules", "testdata"];
const TEXTS = /\.(?:ts|py|sh|md)$/;
/** The checks name the banned words. */
const ABOUT_WORDS = /^tools\/check\//;

/**
 * Checks the directions of imports and the words.
 *
 * @param root The folder of the repository.
 * @returns A sentence for each thing that is wrong.
 */
export async function checkRepository(root: string): Promise<string[]> {
  const texts = new Map<string, string>();
  for await (const path of textsIn(root)) {
    texts.set(path, await Deno.readTextFile(`${root}/${path}`));
  }
  const modules = [...texts].filter(([path]) => path.endsWith(".ts"));
  const prose = [...texts].filter(([path]) => !ABOUT_WORDS.test(path));
  return [
    ...checkImports(new Map(modules), { arrows: ARROWS, known: KNOWN }),
    ...checkWords(new Map(prose), PENDING),
  ];
}

/** The paths of all texts of the project, from its root. */
async function* textsIn(root: string, folder = ""): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(`${root}/${folder}`));
  for (const { name, isDirectory } of entries) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.startsWith(".") || SKIPPED.includes(name)) continue;
    if (isDirectory) yield* textsIn(root, path);
    else if (TEXTS.test(name)) yield path;
  }
}
