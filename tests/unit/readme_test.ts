import { assertEquals, assertStringIncludes } from "@std/assert";
import { NAMED_COMMANDS, OPTIONS } from "../../src/cli/options.ts";

const README = Deno.readTextFileSync("README.md");

Deno.test("the README shows the unit that is in tools/examples", () => {
  const [, shown] = /```ini\n(.*?)```/s.exec(README)!;
  const unit = Deno.readTextFileSync("tools/examples/turn-counter.service");
  assertEquals(shown, unit);
});

Deno.test("the README names every option and command", () => {
  for (const { name, commands = ["run"] } of OPTIONS) {
    const form = commands.includes("run") ? `\`--${name}` : `--${name}`;
    assertStringIncludes(README, form);
  }
  for (const name of Object.keys(NAMED_COMMANDS)) {
    assertStringIncludes(README, `\`${name}`);
  }
});
