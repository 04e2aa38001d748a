/**
 * Runs a property for many seeds.
 *
 * @module
 */

import { Random } from "../../tools/gen_log/random.ts";

/**
 * A first seed that differs in each run, so that each finds other failures. The
 * environment variable `FIRST_SEED` sets it, so that a whole run can be repeated.
 */
export const FRESH_SEED = Number(
  Deno.env.get("FIRST_SEED") ?? Date.now() % 1e9,
);

/**
 * Calls `check` with the randomness of `count` seeds. Where it fails, the error
 * names the seed; the environment variable `SEED` runs one seed alone.
 *
 * @param first The first seed.
 */
export async function forSeeds(
  count: number,
  check: (random: Random) => void | Promise<void>,
  first = 1,
): Promise<void> {
  const only = Deno.env.get("SEED");
  const seeds = only === undefined
    ? Array.from({ length: count }, (_, i) => first + i)
    : [+only];
  for (const seed of seeds) {
    try {
      await check(new Random(seed));
    } catch (error) {
      throw new Error(`with SEED=${seed}: ${error}`, { cause: error });
    }
  }
}
