/**
 * The capabilities of the machine that runs the tests, and tests that need them.
 * The name of a skipped test gives the reason.
 *
 * @module
 */

import { POSTGRES_BIN } from "../support/postgres.ts";
import { runLogrotate } from "./logrotate.ts";
import { COMMAND, type Ended, run } from "./program.ts";
import { onTerminal } from "./terminal.ts";

type Test = (t: Deno.TestContext) => Promise<void>;

/** A kind of test that runs only if `can` is true. */
function testIf(can: boolean, reason: string) {
  return (name: string, fn: Test): void =>
    Deno.test({
      name: can ? name : `${name} (skipped: ${reason})`,
      ignore: !can,
      fn,
    });
}

async function succeeds(command: string[]): Promise<boolean> {
  try {
    return (await run(command)).code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Starts a command in its own mount namespace, where it may mount. */
const NAMESPACE = ["unshare", "--map-root-user", "--mount"];

/** Whether the tests run as root, whom file modes do not restrict. */
export const isRoot: boolean = (await run(["id", "-u"])).stdout.trim() === "0";

const isCompiled = COMMAND.length === 1;
const canMount = await succeeds(
  [...NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
);
const canRename = await succeeds(
  ["unshare", "--map-root-user", "--uts", "hostname", "other"],
);
const hasTerminals = await succeeds(onTerminal("true"));
const canTrace = await succeeds(["strace", "-V"]);
const canRotate = Deno.build.os === "linux" &&
  (await runLogrotate("--version")).code === 0;
const canLimit = await succeeds(["prlimit", "--version"]);
const canAnalyze = await succeeds(["systemd-analyze", "--version"]);
const hasZsh = await succeeds(["zsh", "--version"]);
const hasFish = await succeeds(["fish", "--version"]);
const hasManual = await succeeds(["man", "--version"]);

/** Starts a command on which file modes are enforced, even if root starts it. */
export const BY_MODES: string[] = isRoot
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
  : [];

/** A test that needs Linux, for example for /dev/full. */
export const linuxTest = testIf(
  Deno.build.os === "linux",
  "this is not Linux",
);

/** A test of the compiled program, on Linux. */
export const compiledTest = testIf(
  isCompiled && Deno.build.os === "linux",
  isCompiled ? "this is not Linux" : "the program is not compiled",
);

/** A test that traces the system calls of the compiled program. */
export const traceTest = testIf(
  isCompiled && canTrace,
  isCompiled ? "there is no strace" : "the program is not compiled",
);

/** A test on a terminal, which the program `script` provides. */
export const terminalTest = testIf(
  hasTerminals,
  "script cannot provide a terminal",
);

/** A test of zsh on a terminal. */
export const zshTest = testIf(
  hasTerminals && hasZsh,
  hasZsh ? "script cannot provide a terminal" : "there is no zsh",
);

/** A test of fish. */
export const fishTest = testIf(hasFish, "there is no fish");

/** A test that limits the resources of a running program. */
export const limitTest = testIf(canLimit, "there is no prlimit");

/** A test in which the real logrotate rotates the log. */
export const logrotateTest = testIf(
  canRotate,
  Deno.build.os === "linux" ? "there is no logrotate" : "this is not Linux",
);

/** A test that mounts file systems, with {@linkcode mountShell}. */
export const mountTest = testIf(canMount, "nothing can be mounted");

/** A test of machines with names of their own, which share a PostgreSQL server. */
export const hostsTest = testIf(
  POSTGRES_BIN !== undefined && canMount && canRename,
  "PostgreSQL or the right to mount and to name a machine is missing",
);

/** A test of a PostgreSQL server on a file system that the test mounts. */
export const rootTest = testIf(
  POSTGRES_BIN !== undefined && canMount && isRoot,
  "PostgreSQL or the right to mount for another user is missing",
);

/** A test that starts a PostgreSQL server. */
export const postgresTest = testIf(
  POSTGRES_BIN !== undefined,
  "there is no PostgreSQL server",
);

/** A kind of test that needs some programs, such as a compressor. */
export async function testWith(...programs: string[]) {
  const script = programs.map((program) => `command -v ${program}`).join(
    " && ",
  );
  const can = await succeeds(["sh", "-c", script]);
  return testIf(can, `${programs.join(" or ")} is missing`);
}

/** A test that formats the manual page with `man`. */
export const manualTest = testIf(hasManual, "there is no man");

/** A test that checks a unit with `systemd-analyze`. */
export const unitTest = testIf(canAnalyze, "there is no systemd-analyze");

/** A test that runs a service as systemd does. */
export const serviceTest = testIf(
  POSTGRES_BIN !== undefined && canAnalyze && canMount,
  "PostgreSQL, systemd-analyze or the right to mount is missing",
);

/** A shell script with the program as `"$@"`, which may mount file systems. */
export function mountShell(
  script: string,
  env: Record<string, string>,
): Promise<Ended> {
  return run([...NAMESPACE, "bash", "-c", script, "bash", ...COMMAND], { env });
}
