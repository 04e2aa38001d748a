import { assertEquals, assertStringIncludes } from "@std/assert";
import { answer, at, logOf, prompt } from "../support/envelope.ts";
import { listing } from "../support/listing.ts";
import { TempDir } from "../support/temp.ts";
import { Follower } from "./follower.ts";
import { testWith } from "./machine.ts";
import { run, turnCounter } from "./program.ts";

const promtoolTest = await testWith("promtool");

promtoolTest(
  "turn-counter status --prometheus writes what promtool accepts",
  async () => {
    using dir = new TempDir();
    const db = dir.file("turns.db");
    const name = 'lo"g\\\n\u0001é';
    const log = dir.write(
      name,
      "turn.user_message\n" + logOf([
        prompt({ t: at(0), agent: "codex" }),
        answer({ t: at(3) }),
        prompt({ t: at(9), sid: "b" }),
      ]),
    );
    await using follower = new Follower([
      ...["--source", log, "--follow", "--db", db],
    ]);
    await follower.emitsRecords(3);
    await follower.stop();
    Deno.writeTextFileSync(log, "{}\n", { append: true });
    const before = listing(dir.path);
    const { code, stdout, stderr } = await turnCounter([
      ...["status", "--prometheus", "--db", db],
    ]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(listing(dir.path), before);
    assertEquals(
      await run(["promtool", "check", "metrics"], { stdin: stdout }),
      {
        ...{ code: 0, stdout: "", stderr: "" },
      },
    );
    for (
      const line of [
        'turncounter_turns{agent="codex",status="completed",outcome="none"} 1',
        'turncounter_turn_duration_seconds_bucket{agent="codex",le="5"} 1',
        "turncounter_sessions 2",
        // The line that was rejected.
        '\u0001é"} 1',
        'lo\\"g\\\\\\n\u0001é"} 3',
      ]
    ) assertStringIncludes(stdout, line + "\n");
  },
);

promtoolTest("promtool rejects a metric that is there twice", async () => {
  const { code } = await run(["promtool", "check", "metrics"], {
    stdin: "turncounter_turns 1\nturncounter_turns 2\n",
  });
  assertEquals(code === 0, false);
});
