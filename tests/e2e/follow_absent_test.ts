/**
 * A follower while there is no file at the log's path, or it cannot be read.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { exists, FollowedLog, Follower } from "./follower.ts";
import { COMMAND, until } from "./program.ts";
import { linuxTest } from "./machine.ts";

for (const isCompressed of [false, true]) {
  Deno.test(
    `SPEC 7: --follow reads the rest of a log renamed ${
      isCompressed ? "and compressed " : ""
    }while down, with no new one`,
    async () => {
      await using log = new FollowedLog();
      log.append(log.turns(1));
      log.start();
      await log.caughtUp();
      await log.stop();
      const [line, text] = log.mark();
      log.append(log.turns(1) + line);
      log.rename();
      if (isCompressed) await log.compress(1);
      const program = log.start();
      await program.emits(text);
      assertEquals(exists(log.path), false);
      log.append(log.turns(1));
      await log.caughtUp();
      assertEquals(
        await log.stop(),
        `turn-counter: "${log.path}" does not exist; waiting for it\n`,
      );
      await log.assertAsBatch();
    },
  );
}

linuxTest(
  "SPEC 7: --follow continues after its directory was missing for a while",
  async () => {
    using dir = new TempDir();
    const folder = dir.file("logs");
    Deno.mkdirSync(folder);
    const log = dir.write("logs/log", logOf([prompt({ text: "first" })]));
    const stderr = dir.file("stderr");
    await using program = new Follower(
      ["--source", log, "--follow", "--db", dir.file("turns.db")],
      undefined,
      ["sh", "-c", 'exec "$@" 2>"$0"', stderr, ...COMMAND],
    );
    await program.emits("first");
    Deno.renameSync(folder, dir.file("away"));
    dir.write("logs", "no directory");
    await until(() => Deno.readTextFileSync(stderr) !== "", "the warning");
    Deno.removeSync(folder);
    Deno.renameSync(dir.file("away"), folder);
    const line = lineOf(prompt({ text: "second" })) + "\n";
    Deno.writeTextFileSync(log, line, { append: true });
    await program.emits("second");
    await program.stop();
    assertMatch(
      Deno.readTextFileSync(stderr),
      /^turn-counter: cannot read "[^"]*": [^\n]*; retrying every second\n$/,
    );
  },
);
