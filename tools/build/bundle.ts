/**
 * Joins the modules of the program into a few files, one for each part that is
 * loaded by itself: a start has less to read, to link and to compile then.
 *
 * @module
 */

import type { Packages } from "./packages.ts";
import { BUNDLE, exists, MAIN, ROOT } from "./paths.ts";
import { capture } from "./run.ts";
import { BuildError } from "./say.ts";

/** After how long without output npm counts as unreachable, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Bundles the program; Deno fetches the bundler, esbuild, from npm once.
 *
 * @returns The path of the bundle's entry.
 * @throws {BuildError} If it cannot be bundled.
 */
export async function bundle({ config }: Packages): Promise<string> {
  // Its files are named by their content: earlier ones would stay.
  if (await exists(BUNDLE)) await Deno.remove(BUNDLE, { recursive: true });
  const { success, stalled, stderr } = await capture(
    Deno.execPath(),
    [
      ...["bundle", "--config", config, "--minify", "--code-splitting"],
      ...["--outdir", BUNDLE, MAIN],
    ],
    {
      cwd: ROOT,
      patience: PATIENCE,
      env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    },
  );
  if (success) return `${BUNDLE}/main.js`;
  const reason = stalled
    ? `it was silent for ${PATIENCE / 1000} seconds`
    : stderr.trim().split("\n").find((line) => line.startsWith("error")) ??
      stderr.trim();
  throw new BuildError(
    `Cannot bundle the program: ${reason}; deno bundle needs the npm registry once`,
  );
}
