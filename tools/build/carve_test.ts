import { assertEquals, assertRejects } from "@std/assert";
import { carveRuntime, type Fingerprint } from "./carve.ts";
import { BuildError } from "./say.ts";

const RUNTIME = new TextEncoder().encode("the runtime");

/** The output of `sha256sum` for the bytes above. */
const EXPECTED: Fingerprint = {
  size: 11,
  sha256: "26fcc3f843e7378b323ac8a3cc9a6c67e478b287ed80cd2370eee32a8b1b8f8b",
};

/** A program in the format of `deno compile`: runtime, data, length of that data. */
function compiled(runtime: Uint8Array, length?: number) {
  const data = new TextEncoder().encode("the program's modules");
  const program = new Uint8Array(runtime.length + data.length + 8);
  program.set(runtime);
  program.set(data, runtime.length);
  new DataView(program.buffer).setBigUint64(
    runtime.length + data.length,
    BigInt(length ?? data.length + 8),
    true,
  );
  return program;
}

Deno.test("carveRuntime removes the data that deno compile added", async () => {
  assertEquals(await carveRuntime(compiled(RUNTIME), EXPECTED), RUNTIME);
});

Deno.test("carveRuntime refuses a runtime with another hash", async () => {
  const other = new TextEncoder().encode("the Runtime");
  await assertRejects(
    () => carveRuntime(compiled(other), EXPECTED),
    BuildError,
    "has the SHA-256",
  );
});

Deno.test("carveRuntime refuses a length that does not fit", async () => {
  for (const length of [0, 7, 1e9]) {
    await assertRejects(
      () => carveRuntime(compiled(RUNTIME, length), EXPECTED),
      BuildError,
      "bytes, not 11",
    );
  }
});

Deno.test("carveRuntime refuses a file too short to be a program", async () => {
  await assertRejects(
    () => carveRuntime(new Uint8Array(7), EXPECTED),
    BuildError,
    "only 7 bytes",
  );
});
