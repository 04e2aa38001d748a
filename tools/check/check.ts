/**
 * The checks of the whole repository that Deno's own do not make.
 *
 * @module
 */

import { ARROWS, KNOWN } from "./arrows.ts";
import { checkImports } from "./imports.ts";
import { checkSpelling } from "./spelling.ts";
import { checkWords, PENDING } from "./words.ts";

/** Folders without texts of this project, besides those whose name begins with a dot. */
const SKIPPED = ["node_modules", "testdata"];
/** The only folder with such a name that has texts. */
const GITHUB = ".github";
const TEXTS = /\.(?:ts|py|sh|md|yml|service)$/;
/** All words that are used, beside this module. */
const DICTIONARY = new URL("dictionary.txt", import.meta.url);
/** The checks name words that are banned or misspelled. */
const ABOUT_WORDS = /^tools\/check\//;

/**
 * Checks the directions of imports, the words and their spelling.
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
    ...checkSpelling(new Map(prose), await Deno.readTextFile(DICTIONARY)),
  ];
}

/** The paths of all texts of the project, from its root. */
async function* textsIn(root: string, folder = ""): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(`${root}/${folder}`));
  for (const { name, isDirectory } of entries) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const isHidden = name.startsWith(".") && name !== GITHUB;
    if (isHidden || SKIPPED.includes(name)) continue;
    if (isDirectory) yield* textsIn(root, path);
    else if (TEXTS.test(name)) yield path;
  }
}
