/**
 * Stand-in for `@std/cli`, for machines that cannot reach JSR: its `parseArgs`,
 * as far as this project uses it (not here: dotted names, `--a.b`, and
 * `boolean: true`), and its `unicodeWidth`.
 *
 * @module
 */

export { parseArgs } from "./parse_args.ts";
export type { Args, ParseOptions } from "./types.ts";
export { unicodeWidth } from "./unicode_width.ts";
