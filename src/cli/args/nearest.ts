/**
 * Suggests the intended word for a mistyped one.
 *
 * @module
 */

/** The largest edit distance of a suggestion. */
const MAX_DISTANCE = 3;

/** The word most similar to the given one; `undefined` if none is similar. */
export function nearest(
  given: string,
  words: readonly string[],
): string | undefined {
  const distances = words.map((word) => ({
    word,
    // A prefix of a word counts as the word.
    distance: given !== "" && word.startsWith(given)
      ? 0
      : editDistance(given, word),
  }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  const limit = Math.min(MAX_DISTANCE, Math.floor(given.length / 2));
  return best !== undefined && best.distance <= limit ? best.word : undefined;
}

/** How many letters must be inserted, deleted or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = row[j] + (letter === other ? 0 : 1);
      next.push(Math.min(change, row[j + 1] + 1, next[j] + 1));
    }
    row = next;
  }
  return row[b.length];
}
