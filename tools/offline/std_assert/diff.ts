/**
 * The differences of two texts.
 *
 * @module
 */

const LIMIT = 4_000_000;

function mark(sign: string, color: number, lines: string[]): string[] {
  return lines.map((line) =>
    Deno.noColor || sign === " "
      ? `${sign} ${line}`
      : `\x1b[${color}m${sign} ${line}\x1b[39m`
  );
}

const common = (lines: string[]) => mark(" ", 0, lines);
const removed = (lines: string[]) => mark("-", 31, lines);
const added = (lines: string[]) => mark("+", 32, lines);

/** The length of the longest common subsequence for each pair of suffixes. */
function commonLengths(a: string[], b: string[]): Uint32Array[] {
  const rows = Array.from(
    { length: a.length + 1 },
    () => new Uint32Array(b.length + 1),
  );
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      rows[i][j] = a[i] === b[j]
        ? rows[i + 1][j + 1] + 1
        : Math.max(rows[i + 1][j], rows[i][j + 1]);
    }
  }
  return rows;
}

function diffMiddle(a: string[], b: string[]): string[] {
  // A simple result is better than a slow one.
  if (a.length * b.length > LIMIT) return [...removed(a), ...added(b)];
  const lengths = commonLengths(a, b);
  const lines: string[] = [];
  let i = 0, j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push(...common([a[i]]));
      i++;
      j++;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) {
      lines.push(...removed([a[i++]]));
    } else {
      lines.push(...added([b[j++]]));
    }
  }
  return [...lines, ...removed(a.slice(i)), ...added(b.slice(j))];
}

/**
 * Merges two lists of lines: `-` marks lines of the first only, `+` lines of the
 * second only.
 */
export function diff(a: string[], b: string[]): string {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  ) tail++;
  return [
    ...common(a.slice(0, head)),
    ...diffMiddle(
      a.slice(head, a.length - tail),
      b.slice(head, b.length - tail),
    ),
    ...common(a.slice(a.length - tail)),
  ].join("\n");
}
