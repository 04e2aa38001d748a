import { assertStringIncludes, assertThrows } from "@std/assert";
import { BuildError, fallBack } from "./say.ts";

Deno.test("fallBack says what it uses, and fails under TURN_COUNTER_NO_FALLBACK", () => {
  const name = "TURN_COUNTER_NO_FALLBACK";
  const before = Deno.env.get(name);
  const { error } = console;
  const said: string[] = [];
  console.error = (line: string) => said.push(line);
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
  assertStringIncludes(said.join(), "using stand-ins");
  // What is released is made of nothing else than it says.
  const release = Deno.readTextFileSync(".github/workflows/release.yml");
  assertStringIncludes(release, `${name}: "1"`);
});
