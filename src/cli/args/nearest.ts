/**
 * Guesses what a mistyped word was meant to be.
 *
 * @module
 */

/** How many letters may be wrong. */
const LIMIT = 3;

/** The word that is nearest to the one given; `undefined` if none is near. */
export function nearest(
  given: string,
  words: readonly string[],
): string | undefined {
  const distances = words.map((word) => ({
    word,
    // The beginning of a word is as good as the word.
    distance: given !== "" && word.startsWith(given)
      ? 0
      : editDistance(given, word),
  }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  const limit = Math.min(LIMIT, Math.floor(given.length / 2));
  return best !== undefined && best.distance <= limit ? best.word : undefined;
}

/** How many letters must be put in, left out or changed. */
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
