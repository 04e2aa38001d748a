/**
 * A function that tests each database engine.
 *
 * @module
 */

import { type Engine, type Place, testEngines } from "../../support/places.ts";

export type { Engine, Place };

/** Tests one sentence of the contract on each engine. */
export function contract(
  sentence: string,
  test: (place: Place, engine: Engine) => void | Promise<void>,
): void {
  testEngines((engine) => `${engine} store ${sentence}`, async (engine) => {
    using place = engine.place();
    await test(place, engine);
  });
}
