/**
 * Checks the spelling: each word of this repository is in its dictionary.
 *
 * @module
 */

/** Where the words are, from the root of the repository. */
const DICTIONARY = "tools/check/dictionary.txt";

/** An escape in a string, as `\n` or `\u2026`. */
const ESCAPE = /\\(?:u\{?[\da-f]+\}?|x[\da-f]{2}|[a-z])/gi;
/** Letters and digits; with a digit in it, it is no word. */
const TOKEN = /[A-Za-zÀ-ÿ\d]+/g;
/** Where a word begins inside of another: `camelCase`, `JSONLines`. */
const SEAM = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** Shorter ones are left out: too many of them are names. */
const LEAST_LETTERS = 4;

/**
 * One sentence for each word that is not in the dictionary, at the first place
 * where each file has it, and for each word of the dictionary that is out of order.
 *
 * @param texts The text of each file, by its path from the root.
 * @param dictionary All words, in lower case and sorted, one a line.
 */
export function checkSpelling(
  texts: ReadonlyMap<string, string>,
  dictionary: string,
): string[] {
  const words = dictionary.trimEnd().split("\n");
  const known = new Set(words);
  return [
    ...[...texts].flatMap(([path, text]) => complaintsOf(path, text, known)),
    ...words.flatMap((word, i) =>
      i === 0 || words[i - 1] < word
        ? []
        : [`${DICTIONARY}:${i + 1} has "${word}" out of order: sort it`]
    ),
  ];
}

function complaintsOf(
  path: string,
  text: string,
  known: ReadonlySet<string>,
): string[] {
  const unknown = new Map<string, number>();
  for (const [i, line] of text.split("\n").entries()) {
    for (const word of wordsOf(line)) {
      if (!known.has(word) && !unknown.has(word)) unknown.set(word, i + 1);
    }
  }
  return [...unknown].map(([word, line]) =>
    `${path}:${line} has the unknown word "${word}": correct it, or add it to ${DICTIONARY}`
  );
}

/** The words of a line, in lower case. */
function wordsOf(line: string): string[] {
  const tokens = line.replace(ESCAPE, " ").match(TOKEN) ?? [];
  return tokens.filter((token) => !/\d/.test(token))
    .flatMap((token) => token.split(SEAM))
    .filter((word) => word.length >= LEAST_LETTERS)
    .map((word) => word.toLowerCase());
}
