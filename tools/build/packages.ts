/**
 * Chooses the packages of the program: those of JSR, or, if JSR cannot be
 * reached, the stand-ins in this repository. It is detected, not configured.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { JSR_CONFIG, OFFLINE_CONFIG, ROOT } from "./paths.ts";
import { capture } from "./run.ts";
import { BuildError, fallBack, say } from "./say.ts";

/** The chosen packages. */
export interface Packages {
  /** The config file that maps the packages' bare names. */
  config: string;
  /** The version of `@db/sqlite` from JSR, or `null` with the stand-ins. */
  sqliteVersion: string | null;
}

/** The relevant part of a module graph from `deno info --json`. */
export interface ModuleGraph {
  modules: { specifier: string; error?: string }[];
}

/** After how long without output JSR counts as unreachable, in milliseconds. */
const PATIENCE = 15_000;

/** Resolves the packages of `deno.json`, or falls back to the stand-ins. */
export async function choosePackages(): Promise<Packages> {
  const probe = Object.keys(config.imports)
    .map((name) => `import "${name}";`).join("");
  const found = await capture(
    Deno.execPath(),
    ["info", "--json", "--config", JSR_CONFIG, `data:text/javascript,${probe}`],
    {
      cwd: ROOT,
      patience: PATIENCE,
      env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    },
  );
  const reason = found.stalled
    ? `it was silent for ${PATIENCE / 1000} seconds`
    : found.success
    ? problemOf(JSON.parse(found.stdout))
    : found.stderr.trim().split("\n")[0];
  if (reason !== null) {
    fallBack(
      `using the stand-ins in tools/offline, as the packages are not available from JSR (${reason})`,
    );
    return { config: OFFLINE_CONFIG, sqliteVersion: null };
  }
  const sqliteVersion = versionIn(JSON.parse(found.stdout), "@db/sqlite");
  if (sqliteVersion === null) {
    // Without it, the embedded library might not match the package.
    throw new BuildError(
      `Cannot find the version of @db/sqlite in the output of "deno info"; fix versionIn in tools/build/packages.ts for Deno ${Deno.version.deno}`,
    );
  }
  say(`using the packages from JSR, with @db/sqlite ${sqliteVersion}`);
  return { config: JSR_CONFIG, sqliteVersion };
}

/** The first error in a module graph, if any. */
export function problemOf(graph: ModuleGraph): string | null {
  return graph.modules.find((module) => module.error)?.error
    ?.split("\n")[0] ?? null;
}

/** The version of a JSR package in a module graph, from the URLs of its modules. */
export function versionIn(graph: ModuleGraph, name: string): string | null {
  for (const { specifier } of graph.modules) {
    const [, rest] = specifier.split(`/${name}/`);
    if (rest !== undefined) return rest.split("/")[0];
  }
  return null;
}
