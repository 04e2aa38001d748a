/**
 * Checks that a release's tag and the version in `deno.json` agree:
 * `deno run tools/version_match.ts v0.1.0`.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** What is wrong with a tag for a version, or `null`. */
export function mismatch(
  tag: string | undefined,
  version: string,
): string | null {
  if (tag === `v${version}`) return null;
  return `The tag is "${
    tag ?? ""
  }" but deno.json has version ${version}: tag v${version}, or change deno.json.`;
}

if (import.meta.main) {
  const problem = mismatch(Deno.args[0], config.version);
  if (problem !== null) {
    console.error(problem);
    Deno.exit(1);
  }
}
