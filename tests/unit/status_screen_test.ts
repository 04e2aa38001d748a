import { assertEquals } from "@std/assert";
import { frame } from "../../src/terminal/screen.ts";

Deno.test("frame clears each line before it writes it, and everything below", () => {
  assertEquals(
    frame("a\n\nb\n", 24),
    "\x1b[H\x1b[Ka\r\n\x1b[K\r\n\x1b[Kb\r\n\x1b[J",
  );
});

Deno.test("frame leaves out lines that do not fit, and does not scroll", () => {
  assertEquals(
    frame("a\nb\nc\n", 2),
    "\x1b[H\x1b[Ka\r\n\x1b[Kb",
  );
  assertEquals(
    frame("a\nb\n", 2),
    "\x1b[H\x1b[Ka\r\n\x1b[Kb",
  );
});
