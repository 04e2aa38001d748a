/**
 * Checks the words of this repository: the field's own, in plain sentences.
 *
 * @module
 */

/**
 * Words to leave out, as patterns in which a blank is any space, and what to
 * write in their place.
 */
const BANNED: readonly (readonly [words: string, instead: string])[] = [
  ["told", "reported, emitted or printed"],
  ["tells? of", "reports, names or shows"],
  ["whoever", "the writer, the reader or the other process"],
  ["nobody", "no process, no reader; of stdout: closed or blocked"],
  ["be had", "is available"],
  ["now and then", "at times, or how often"],
  ["tried again", "retried"],
  ["behind", "after"],
  ["stands? (before|in|at|there)", "precedes, or is in"],
  ["(come|comes|came) to", "results in, equals or gives"],
  ["(go|goes|going|went) on", "resumes or continues"],
  ["(what|that|which) (is|are) no (?!longer|more)", "other, or is not a"],
  ["(cut|cuts) off", "truncated"],
  ["pressed onto", "is durable"],
  ["be (it|they)", "whether, even if"],
  ["no candidate", "another line, or is not a candidate"],
  ["(what|as it) stands", "the lines or bytes, or current"],
  ["(it is|they are) to be", "must be, will be, or a plain verb"],
  ["again and again", "repeatedly"],
  ["somebody", "another program, any process or a person"],
];

/** Folders and files whose words are not mended yet. This list may only get shorter. */
export const PENDING: readonly string[] = [];

/** What may stand between two words: space, and the beginning of the next comment line. */
const GAP = String.raw`\s+(?:(?:\*|//|#)\s+)?`;

const PATTERNS = BANNED.map(([words, instead]) => ({
  pattern: new RegExp(`\\b${words.replaceAll(" ", GAP)}\\b`, "gi"),
  instead,
}));

/**
 * One sentence for each banned word outside what is pending, and for each pending
 * folder that has none left.
 *
 * @param texts The text of each file, by its path from the root.
 */
export function checkWords(
  texts: ReadonlyMap<string, string>,
  pending: readonly string[],
): string[] {
  const unused = new Set(pending);
  const complaints: string[] = [];
  for (const [path, text] of texts) {
    const found = complaintsOf(path, text);
    const room = pending.find((it) => path === it || path.startsWith(`${it}/`));
    if (room === undefined) complaints.push(...found);
    else if (found.length > 0) unused.delete(room);
  }
  return [
    ...complaints,
    ...[...unused].map((path) =>
      `${path} has no banned word left: remove it from PENDING`
    ),
  ];
}

function complaintsOf(path: string, text: string): string[] {
  return PATTERNS.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map(({ 0: words, index }) => {
      const line = text.slice(0, index).split("\n").length;
      const said = words.replaceAll(/\s+(?:(?:\*|\/\/|#)\s+)?/g, " ").trim();
      return `${path}:${line} says "${said}": write ${instead}`;
    })
  );
}
