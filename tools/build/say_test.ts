import { assertStringIncludes, assertThrows } from "@std/assert";
import { BuildError, fallBack } from "./say.ts";

Deno.test("fallBack prints its message, and fails under TURN_COUNTER_NO_FALLBACK", () => {
  const name = "TURN_COUNTER_NO_FALLBACK";
  const before = Deno.env.get(name);
  const { error } = console;
  const printed: string[] = [];
  console.error = (line: string) => printed.push(line);
  try {
    Deno.env.delete(name);
    fallBack("using stand-ins");
    Deno.env.set(name, "1");
    const { message } = assertThrows(
      () => fallBack("using others"),
      BuildError,
    );
    assertStringIncludes(message, "using others");
  } finally {
    console.error = error;
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
  assertStringIncludes(printed.join(), "using stand-ins");
  // A release must not use a fallback.
  const release = Deno.readTextFileSync(".github/workflows/release.yml");
  assertStringIncludes(release, `${name}: "1"`);
});
