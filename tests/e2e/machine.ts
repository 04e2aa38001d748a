/**
 * What the machine that runs the tests can do, and tests that need it. A test
 * that is left out says so in its name.
 *
 * @module
 */

import { runLogrotate } from "./logrotate.ts";
import { COMMAND, type Ended, run } from "./program.ts";
import { onTerminal } from "./terminal.ts";

type Test = (t: Deno.TestContext) => Promise<void>;

/** A kind of test that runs only where `can` is true. */
function testWhere(can: boolean, reason: string) {
  return (name: string, fn: Test): void =>
    Deno.test({
      name: can ? name : `${name} (left out: ${reason})`,
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

/** Starts a command that may mount what nobody else sees. */
const NAMESPACE = ["unshare", "--map-root-user", "--mount"];

/** Whether the tests may do anything, so that modes stop nobody. */
export const isRoot: boolean = (await run(["id", "-u"])).stdout.trim() === "0";

/** The folder of the newest PostgreSQL's server programs, as Debian has it. */
export const POSTGRES_BIN: string | undefined = findPostgres();

function findPostgres(): string | undefined {
  const all = "/usr/lib/postgresql";
  try {
    const versions = [...Deno.readDirSync(all)].map(({ name }) => +name);
    const bin = `${all}/${Math.max(...versions)}/bin`;
    Deno.statSync(`${bin}/initdb`);
    return bin;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const isCompiled = COMMAND.length === 1;
const canMount = await succeeds(
  [...NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
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

/** What a command is begun with, so that the modes of files bind it, be it root's. */
export const BY_MODES: string[] = isRoot
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
  : [];

/** A test that uses what only Linux has, such as /dev/full. */
export const linuxTest = testWhere(
  Deno.build.os === "linux",
  "this is not Linux",
);

/** A test of what only the compiled program does, on Linux. */
export const compiledTest = testWhere(
  isCompiled && Deno.build.os === "linux",
  isCompiled ? "this is not Linux" : "the program is not compiled",
);

/** A test that looks at the system calls of the compiled program. */
export const traceTest = testWhere(
  isCompiled && canTrace,
  isCompiled ? "there is no strace" : "the program is not compiled",
);

/** A test of what a person sees on a terminal. */
export const terminalTest = testWhere(
  hasTerminals,
  "there is no script that lends a terminal",
);

/** A test of what a person types at zsh on a terminal. */
export const zshTest = testWhere(
  hasTerminals && hasZsh,
  hasZsh ? "there is no script that lends a terminal" : "there is no zsh",
);

/** A test of what fish makes of something. */
export const fishTest = testWhere(hasFish, "there is no fish");

/** A test that takes resources away from a program while it runs. */
export const limitTest = testWhere(canLimit, "there is no prlimit");

/** A test in which the real logrotate rotates the log. */
export const logrotateTest = testWhere(
  canRotate,
  Deno.build.os === "linux" ? "there is no logrotate" : "this is not Linux",
);

/** A test that mounts file systems, with {@linkcode mountShell}. */
export const mountTest = testWhere(canMount, "nothing can be mounted");

/** A test that starts a server of PostgreSQL. */
export const postgresTest = testWhere(
  POSTGRES_BIN !== undefined,
  "there is no server of PostgreSQL",
);

/** A kind of test that needs some programs, such as a compressor. */
export async function testWith(...programs: string[]) {
  const script = programs.map((program) => `command -v ${program}`).join(
    " && ",
  );
  const can = await succeeds(["sh", "-c", script]);
  return testWhere(can, `${programs.join(" or ")} is missing`);
}

/** A test that looks at the manual page as `man` shows it. */
export const manualTest = testWhere(hasManual, "there is no man");

/** A test that asks systemd what it makes of a unit. */
export const unitTest = testWhere(canAnalyze, "there is no systemd-analyze");

/** A test that runs a service as systemd does; that needs all of these. */
export const serviceTest = testWhere(
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
