/**
 * The capabilities of the machine that runs the tests, and tests that need them.
 * The name of a skipped test gives the reason.
 *
 * @module
 */

import { POSTGRES_BIN } from "../support/postgres.ts";
import { COMMAND, type Ended, run } from "./program.ts";

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

/** Starts a command in its own mount namespace, where it may mount. */
const NAMESPACE = ["unshare", "--map-root-user", "--mount"];

/** What a machine may lack, and a command that succeeds where it is there. */
const PROBES = {
  root: '[ "$(id -u)" = 0 ]',
  mount: `${NAMESPACE.join(" ")} mount -t tmpfs tmpfs /mnt`,
  rename: "unshare --map-root-user --uts hostname other",
  network:
    'PATH="$PATH:/usr/sbin:/sbin"; unshare --net ip link set lo up && command -v ss nsenter',
  terminals: "SHELL=/bin/bash script -qefc true /dev/null",
  trace: "command -v strace",
  rotate: 'PATH="$PATH:/usr/sbin:/sbin"; command -v logrotate',
  limit: "command -v prlimit",
  analyze: "command -v systemd-analyze",
  zsh: "command -v zsh",
  fish: "command -v fish",
  manual: "command -v man",
} as const;

/** The names of the probes that succeed. */
const CAN = await probe(PROBES);

/** Runs commands in one shell: each process that a test starts takes its time. */
async function probe<Name extends string>(
  probes: Record<Name, string>,
): Promise<ReadonlySet<Name>> {
  const script = Object.entries(probes).map(([name, command]) =>
    `(${command}) >/dev/null 2>&1 </dev/null && echo ${name}\n`
  ).join("");
  const { stdout } = await run(["sh", "-c", script]);
  return new Set(stdout.trim().split("\n") as Name[]);
}

/** Whether the tests run as root, whom file modes do not restrict. */
export const isRoot: boolean = CAN.has("root");

const isCompiled = COMMAND.length === 1;

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
  isCompiled && CAN.has("trace"),
  isCompiled ? "there is no strace" : "the program is not compiled",
);

/** A test on a terminal, which the program `script` provides. */
export const terminalTest = testIf(
  CAN.has("terminals"),
  "script cannot provide a terminal",
);

/** A test of zsh on a terminal. */
export const zshTest = testIf(
  CAN.has("terminals") && CAN.has("zsh"),
  CAN.has("zsh") ? "script cannot provide a terminal" : "there is no zsh",
);

/** A test of fish. */
export const fishTest = testIf(CAN.has("fish"), "there is no fish");

/** A test that limits the resources of a running program. */
export const limitTest = testIf(CAN.has("limit"), "there is no prlimit");

/** A test in which the real logrotate rotates the log. */
export const logrotateTest = testIf(
  Deno.build.os === "linux" && CAN.has("rotate"),
  Deno.build.os === "linux" ? "there is no logrotate" : "this is not Linux",
);

/** A test that mounts file systems, with {@linkcode mountShell}. */
export const mountTest = testIf(CAN.has("mount"), "nothing can be mounted");

/** A test of machines with names of their own, which share a PostgreSQL server. */
export const hostsTest = testIf(
  POSTGRES_BIN !== undefined && CAN.has("mount") && CAN.has("rename"),
  "PostgreSQL or the right to mount and to name a machine is missing",
);

/** A test of a PostgreSQL server on a file system that the test mounts. */
export const rootTest = testIf(
  POSTGRES_BIN !== undefined && CAN.has("mount") && isRoot,
  "PostgreSQL or the right to mount for another user is missing",
);

/** A test of a PostgreSQL server in a network of its own. */
export const networkTest = testIf(
  POSTGRES_BIN !== undefined && CAN.has("network") && isRoot,
  "PostgreSQL or the right to make a network is missing",
);

/** A test that starts a PostgreSQL server. */
export const postgresTest = testIf(
  POSTGRES_BIN !== undefined,
  "there is no PostgreSQL server",
);

/** A kind of test that needs some programs, such as a compressor. */
export async function testWith(...programs: string[]) {
  const all = programs.map((program) => `command -v ${program}`);
  const found = await probe({ all: all.join(" && ") });
  return testIf(found.has("all"), `${programs.join(" or ")} is missing`);
}

/** A test that formats the manual page with `man`. */
export const manualTest = testIf(CAN.has("manual"), "there is no man");

/** A test that checks a unit with `systemd-analyze`. */
export const unitTest = testIf(
  CAN.has("analyze"),
  "there is no systemd-analyze",
);

/** A test that runs a service as systemd does. */
export const serviceTest = testIf(
  POSTGRES_BIN !== undefined && CAN.has("analyze") && CAN.has("mount"),
  "PostgreSQL, systemd-analyze or the right to mount is missing",
);

/** A shell script with the program as `"$@"`, which may mount file systems. */
export function mountShell(
  script: string,
  env: Record<string, string>,
): Promise<Ended> {
  return run([...NAMESPACE, "bash", "-c", script, "bash", ...COMMAND], { env });
}
