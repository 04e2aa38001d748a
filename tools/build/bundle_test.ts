import { assertRejects } from "@std/assert";
import { bundle } from "./bundle.ts";
import { BuildError } from "./say.ts";

Deno.test("bundle fails with the reason that deno bundle gives", async () => {
  const packages = { config: "/none/deno.json", sqliteVersion: null };
  await assertRejects(
    () => bundle(packages),
    BuildError,
    "Cannot bundle the program: error",
  );
});
