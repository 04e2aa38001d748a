import { assertEquals, assertRejects } from "@std/assert";
import { utf8 } from "./bytes.ts";
import { run, TooLong } from "./process.ts";

Deno.test("run feeds a command and gives its output, errors and exit code", async () => {
  const script = "cat; echo oops >&2; exit 3";
  const expected = { code: 3, stdout: "ab", stderr: "oops\n" };
  for (const stdin of ["ab", utf8("ab"), [utf8("a"), utf8("b")]]) {
    assertEquals(await run(["sh", "-c", script], { stdin }), expected);
  }
});

Deno.test("run forgives a command that leaves its input unread", async () => {
  const stdin = "x".repeat(1_000_000);
  assertEquals((await run(["true"], { stdin })).code, 0);
});

Deno.test("run kills a command that takes too long", async () => {
  const command = ["sh", "-c", "exec sleep 600"];
  await assertRejects(() => run(command, { limit: 50 }), TooLong, "sleep 600");
});
