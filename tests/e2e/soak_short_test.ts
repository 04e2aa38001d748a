/**
 * A short form of tests/soak/follow_soak_test.ts.
 *
 * @module
 */

import { assert } from "@std/assert";
import { logrotateTest } from "./machine.ts";
import { ROTATIONS, soak } from "./soak.ts";

const SEED = +(Deno.env.get("SEED") ?? Date.now() % 1e6);

logrotateTest(
  `SPEC 4: --follow killed again and again while logrotate rotates the log loses nothing (seed ${SEED})`,
  async () => {
    // All at once, as most of it is waiting.
    const all = Object.entries(ROTATIONS).map(async ([names, rotation], i) => {
      const options = { seconds: 8, rate: 500, pause: 2000, seed: SEED + i };
      const { rotations, kills, turns } = await soak(rotation, options);
      assert(rotations > 2 && kills > 2 && turns > 2, names);
    });
    await Promise.all(all);
  },
);
