import { assertEquals, assertThrows } from "@std/assert";
import { WarnOnce } from "../../src/source/follow/warn_once.ts";

Deno.test("WarnOnce reports once what the system refused, though the runtime has no code for it", () => {
  const reported: string[] = [];
  const warnings = new WarnOnce((message) => reported.push(message));
  for (const reason of ["Stale file handle", "Stale file handle"]) {
    warnings.cannotRead("log.1", new Error(`${reason} (os error 116)`));
  }
  assertEquals(reported, [
    'cannot read "log.1": Stale file handle; retrying every second',
  ]);
  assertThrows(
    () => warnings.cannotRead("log.1", new Error("a mistake")),
    Error,
    "a mistake",
  );
});
