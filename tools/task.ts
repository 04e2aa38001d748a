/**
 * Runs every task of `deno.json`.
 *
 * It finds out what can be reached from this machine, prepares what the task
 * needs, and starts Deno with explicit permissions. It imports nothing but what
 * is in Deno and beside it, so that it runs before anything is resolved.
 *
 * @module
 */

import { checkRepository } from "./check/check.ts";
import { compile } from "./build/compile.ts";
import { choosePackages, type Packages } from "./build/packages.ts";
import { BINARY, exists, JSR_CONFIG, MAIN, ROOT } from "./build/paths.ts";
import {
  SHIPPED_ENGINE,
  SHIPPED_PERMISSIONS,
  TEST_PERMISSIONS,
} from "./build/permissions.ts";
import { runDeno } from "./build/run.ts";
import { chooseRuntime } from "./build/runtime.ts";
import { BuildError, fallBack } from "./build/say.ts";
import { provideLibrary } from "./build/sqlite_library.ts";

/** A task takes the words after its name and gives an exit code. */
type Task = (args: string[]) => Promise<number>;

/**
 * What programs that the tests start would else take from the environment: a
 * locale that is not there makes half of them complain, and a database that is
 * named nowhere else would be theirs.
 */
const SAME_FOR_ALL = {
  LC_ALL: "C",
  BASH_ENV: "",
  TURN_COUNTER_DB: "/proc/none.db",
};

/** Tests that take minutes, for those who have them. */
const LONG_TESTS = "tests/soak";

const tasks: Record<string, Task> = {
  async start(args) {
    const packages = await choosePackages();
    const library = await provideLibrary(packages);
    return await runDeno([...fromSource(packages), ...args], {
      // Paths are meant from where the task was called.
      cwd: Deno.env.get("INIT_CWD"),
      env: { DENO_SQLITE_PATH: library },
    });
  },

  async compile(args) {
    if (args.length > 0) {
      throw new BuildError(`The task compile takes no words: "${args[0]}"`);
    }
    const packages = await choosePackages();
    const library = await provideLibrary(packages);
    return await compile(packages, library, await chooseRuntime());
  },

  async test(args) {
    const all = [`--ignore=${LONG_TESTS}`, "tests", "tools"];
    return await withProgram("test", [
      // The task check checks types.
      ...["--no-check", "--parallel"],
      ...args,
      ...await unlessPaths(args, all),
      // One more than there are cores, as they often wait for processes.
    ], { DENO_JOBS: `${navigator.hardwareConcurrency + 1}` });
  },

  async "test:soak"(args) {
    const paths = await unlessPaths(args, [LONG_TESTS]);
    return await withProgram("test", [...args, ...paths]);
  },

  async bench(args) {
    return await withProgram("run", ["tools/bench/bench.ts", ...args]);
  },

  async fuzz(args) {
    return await withProgram("run", ["tests/fuzz/fuzz.ts", ...args]);
  },

  async check() {
    const { config } = await choosePackages();
    const complaints = await checkRepository(ROOT);
    for (const complaint of complaints) console.error(complaint);
    const codes = [
      complaints.length > 0 ? 1 : 0,
      await runDeno(["fmt", "--config", JSR_CONFIG, "--check"], { cwd: ROOT }),
      await runDeno(["lint", "--config", JSR_CONFIG], { cwd: ROOT }),
      await runDeno(
        ["check", "--config", config, "main.ts", "src", "tests", "tools"],
        { cwd: ROOT },
      ),
    ];
    return Math.max(...codes);
  },
};

/** How the program runs from its sources, with the permissions that it ships with. */
function fromSource(packages: Packages): string[] {
  return [
    "run",
    "--config",
    packages.config,
    ...SHIPPED_ENGINE,
    ...SHIPPED_PERMISSIONS,
    MAIN,
  ];
}

/**
 * Runs a Deno command that drives the program, once that is compiled.
 *
 * Its code finds the command that runs the program in `TURN_COUNTER_EXE`, as a
 * JSON array, and the packages in it in `TURN_COUNTER_PACKAGES`. Where no binary can be made, that is the program's sources.
 */
async function withProgram(
  subcommand: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<number> {
  const packages = await choosePackages();
  const library = await provideLibrary(packages);
  const runtime = await chooseRuntime();
  let program = [BINARY];
  if ("unavailable" in runtime) {
    fallBack(
      `NOT USING A BINARY but the sources, with the same permissions: ${runtime.unavailable}`,
    );
    program = [Deno.execPath(), ...fromSource(packages)];
  } else {
    const code = await compile(packages, library, runtime, ["--quiet"]);
    if (code !== 0) return code;
  }
  const env = {
    DENO_SQLITE_PATH: library,
    TURN_COUNTER_EXE: JSON.stringify(program),
    TURN_COUNTER_PACKAGES: packages.sqliteVersion === null
      ? "the stand-ins of tools/offline"
      : `@db/sqlite ${packages.sqliteVersion} from JSR`,
    ...subcommand === "test" ? SAME_FOR_ALL : {},
    ...variables,
  };
  return await runDeno(
    [subcommand, "--config", packages.config, ...TEST_PERMISSIONS, ...args],
    { cwd: ROOT, env },
  );
}

/** What to test where the command line names no file and no folder. */
async function unlessPaths(
  args: readonly string[],
  words: readonly string[],
): Promise<readonly string[]> {
  const given = await Array.fromAsync(args, isPath);
  return given.includes(true) ? [] : words;
}

/** Whether a word of a command line names a file or folder of the repository. */
async function isPath(word: string): Promise<boolean> {
  return !word.startsWith("-") && await exists(word);
}

if (import.meta.main) {
  const [name, ...args] = Deno.args;
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  try {
    if (task === undefined) {
      throw new BuildError(
        `There is no task "${name}"; use one of ${
          Object.keys(tasks).join(", ")
        }`,
      );
    }
    Deno.exit(await task(args));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(`turn-counter build: ${error.message}`);
    Deno.exit(1);
  }
}
