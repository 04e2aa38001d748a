import { assertStringIncludes, assertThrows } from "@std/assert";
import { BuildError, fallBack } from "./say.ts";

Deno.test("fallBack tells what is used instead, and is an error under TURN_COUNTER_NO_FALLBACK", () => {
  const name = "TURN_COUNTER_NO_FALLBACK";
  const before = Deno.env.get(name);
  const { error } = console;
  const told: string[] = [];
  console.error = (line: string) => told.push(line);
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
  assertStringIncludes(told.join(), "using stand-ins");
  // What is released is made of nothing else than it says.
  const release = Deno.readTextFileSync(".github/workflows/release.yml");
  assertStringIncludes(release, `${name}: "1"`);
});
