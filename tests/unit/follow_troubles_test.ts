import { assertEquals, assertThrows } from "@std/assert";
import { Troubles } from "../../src/source/follow/troubles.ts";

Deno.test("Troubles tells once of what the system refused, though the runtime has no code for it", () => {
  const told: string[] = [];
  const troubles = new Troubles((message) => told.push(message));
  for (const reason of ["Stale file handle", "Stale file handle"]) {
    troubles.meet("log.1", new Error(`${reason} (os error 116)`));
  }
  assertEquals(told, [
    'cannot read "log.1": Stale file handle; it is tried again now and then',
  ]);
  assertThrows(
    () => troubles.meet("log.1", new Error("a mistake")),
    Error,
    "a mistake",
  );
});
