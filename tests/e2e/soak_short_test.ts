/**
 * A short form of tests/soak/follow_soak_test.ts.
 *
 * @module
 */

import { assert } from "@std/assert";
import { atOnce } from "./logrotate.ts";
import { logrotateTest } from "./machine.ts";
import { ROTATIONS, soak } from "./soak.ts";

const SEED = +(Deno.env.get("SEED") ?? Date.now() % 1e6);

/** More prompts than in a real log, so that the loss of a few lines is detected. */
const HARD = { seconds: 4, rate: 300, prompts: 0.05, pause: 1500 };

logrotateTest(
  `SPEC 4: --follow loses nothing when killed while logrotate rotates the log (seed ${SEED})`,
  () =>
    atOnce(ROTATIONS, async (rotation, _, i) => {
      const { rotations, kills, turns } = await soak(
        rotation,
        { ...HARD, seed: SEED + i },
      );
      assert(rotations > 1 && kills > 1 && turns > 9, "too little happened");
    }),
);
