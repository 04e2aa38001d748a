import { logrotateTest } from "../e2e/machine.ts";
import { ROTATIONS, soak } from "../e2e/soak.ts";

const SEED = +(Deno.env.get("SEED") ?? Date.now() % 1e6);
const MINUTES = +(Deno.env.get("SOAK_MINUTES") ?? 10);

const kinds = Object.entries(ROTATIONS);
const seconds = MINUTES * 60 / kinds.length;

for (const [names, rotation] of kinds) {
  logrotateTest(
    `SPEC 4: --follow killed for ${seconds} s loses nothing, files ${names} (seed ${SEED})`,
    async () => {
      const options = { seconds, rate: 2000, pause: 5000, seed: SEED };
      console.log(await soak(rotation, options));
    },
  );
}
