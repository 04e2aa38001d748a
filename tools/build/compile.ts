/**
 * Compiles the binary.
 *
 * @module
 */

import { bundle } from "./bundle.ts";
import type { Packages } from "./packages.ts";
import { BINARY, exists, ROOT } from "./paths.ts";
import { SHIPPED_ENGINE, SHIPPED_PERMISSIONS } from "./permissions.ts";
import { runDeno } from "./run.ts";
import type { Runtime } from "./runtime.ts";
import { BuildError } from "./say.ts";

/** Compiles the program with the embedded library, and returns the exit code. */
export async function compile(
  packages: Packages,
  library: string,
  runtime: Runtime,
  flags: readonly string[] = [],
): Promise<number> {
  if ("unavailable" in runtime) {
    throw new BuildError(`Cannot compile: ${runtime.unavailable}`);
  }
  const strays = `${ROOT}/node_modules`;
  if (await exists(strays)) {
    throw new BuildError(
      `Cannot compile: "${strays}" would be embedded in the binary; remove it`,
    );
  }
  return await runDeno([
    "compile",
    ...flags,
    // Else types are fetched that only a check needs, and `check` does that.
    "--no-check",
    "--config",
    packages.config,
    // The code cache would be a file with a predictable name in the temporary folder.
    "--no-code-cache",
    ...SHIPPED_ENGINE,
    ...SHIPPED_PERMISSIONS,
    "--include",
    library,
    "--output",
    BINARY,
    await bundle(packages),
  ], { cwd: ROOT, env: runtime.env });
}
