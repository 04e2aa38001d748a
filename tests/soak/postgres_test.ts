import { Random } from "../../tools/gen_log/random.ts";
import { hostsTest } from "../e2e/machine.ts";
import { assertShareNumbering } from "../e2e/postgres_hosts.ts";

/** Four in ten of them are prompts. */
const EVENTS = 50_000;

hostsTest(
  "SPEC 11: eight hosts with 20,000 prompts each share one numbering while programs and the server are killed",
  async () => {
    const seed = Date.now();
    console.log(`  seed ${seed}`);
    await assertShareNumbering(
      { hosts: 8, events: EVENTS, kills: 5, serverKills: 5 },
      new Random(seed),
    );
  },
);
