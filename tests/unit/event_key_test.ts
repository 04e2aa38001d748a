import { assertEquals } from "@std/assert";
import { sse } from "../../src/dialect/sse/sse.ts";
import { dedupHash } from "../../src/turns/tracker.ts";
import { lineOf, prompt } from "../support/envelope.ts";
import { run } from "../support/process.ts";
import { TempDir } from "../support/temp.ts";

/** The key of an event, from the decoder. */
function keyOf(event: ReturnType<typeof prompt>): string {
  const line = lineOf(event);
  const bytes = new TextEncoder().encode(line + "\n");
  return sse.decoder(null).decode(line, bytes).events[0].key;
}

Deno.test("SPEC 2: dedupHash equals sha256sum of the same bytes", async () => {
  using dir = new TempDir();
  const event = prompt({ pid: 2 ** 53 - 1, text: 'grüß\n"👋"\u0000|x' });
  const path = dir.write(
    "bytes",
    `${event.sid}|9007199254740991|${event.t}|${event.text}`,
  );
  const isMac = Deno.build.os === "darwin";
  const program = isMac ? ["shasum", "-a", "256"] : ["sha256sum"];
  const [sum] = (await run([...program, path])).stdout.split(" ");
  assertEquals(dedupHash(keyOf(event)), sum);
});

Deno.test("SPEC 2: the key of an sse event contains t unchanged, not its instant", () => {
  const hashes = ["2025-11-18T12:00:00", "2025-11-18T12:00:00Z"]
    .map((t) => dedupHash(keyOf(prompt({ t }))));
  assertEquals(new Set(hashes).size, 2);
});
