import { assert, assertEquals } from "@std/assert";
import { mismatch } from "./version_match.ts";

Deno.test("mismatch accepts the tag of the version, and no other", () => {
  assertEquals(mismatch("v1.2.3", "1.2.3"), null);
  for (const tag of ["1.2.3", "v1.2.4", "v1.2.3-rc1", "", undefined]) {
    assert(mismatch(tag, "1.2.3")?.includes("version 1.2.3"));
  }
});
