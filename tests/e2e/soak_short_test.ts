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

/** More prompts than there are in a real log, so that few lines lost are seen. */
const HARD = { seconds: 6, rate: 300, prompts: 0.05, pause: 1500 };

logrotateTest(
  `SPEC 4: --follow killed again and again while logrotate rotates the log loses nothing (seed ${SEED})`,
  () =>
    atOnce(ROTATIONS, async (rotation, _, i) => {
      const { rotations, kills, turns } = await soak(
        rotation,
        { ...HARD, seed: SEED + i },
      );
      assert(rotations > 1 && kills > 1 && turns > 9, "too little was done");
    }),
);
