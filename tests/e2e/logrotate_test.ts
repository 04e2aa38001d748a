/**
 * The real logrotate, while a writer writes all the time.
 *
 * @module
 */

import { exists, FollowedLog } from "./follower.ts";
import { atOnce, DATED, logrotate, Writer } from "./logrotate.ts";
import { logrotateTest } from "./machine.ts";
import { until } from "./program.ts";

const SEED = +(Deno.env.get("SEED") ?? Date.now() % 1e6);
const ROTATIONS = 3;

/** The configurations, by their characteristic directives. */
const CONFIGURATIONS: Record<string, string[]> = {
  create: ["create"],
  copytruncate: ["copytruncate"],
  compress: ["create", "compress"],
  delaycompress: ["create", "compress", "delaycompress"],
  dateext: ["create", ...DATED],
};

async function assertLosesNothing(
  directives: string[],
  seed: number,
): Promise<void> {
  await using log = new FollowedLog();
  const options = { seed, rate: 500, prompts: 0.05, creates: false };
  await using writer = new Writer(log, options);
  const isWritten = () =>
    until(
      () => exists(log.path) && Deno.statSync(log.path).size > 0,
      "new lines",
    );

  log.start();
  // Before its first scan the program does not know which file is the log.
  await until(() => log.isSeen, "the first scan");
  for (let round = 0; round < ROTATIONS; round++) {
    await isWritten();
    const isDown = round % 3 === 1;
    if (isDown) {
      await log.follower.emitsRecords(1);
      await log.stop();
    }
    const rotate = () => logrotate(log, directives);
    // logrotate itself loses lines that are written between the copy and the
    // truncation.
    if (directives.includes("copytruncate")) await writer.paused(rotate);
    else await rotate();
    await isWritten();
    if (isDown) log.start();
    // Two rotations in one second would have the same name.
    if (directives.includes("dateext")) await log.tick(1000);
  }
  await writer.stop();
  await log.stop();
  await log.assertAsBatchOf(writer.record);
}

logrotateTest(
  `SPEC 7: --follow reads all of a log that logrotate rotates (seed ${SEED})`,
  () =>
    atOnce(
      CONFIGURATIONS,
      (directives, _, i) => assertLosesNothing(directives, SEED + i),
    ),
);
