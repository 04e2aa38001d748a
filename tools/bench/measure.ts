/**
 * Runs programs and measures them from outside.
 *
 * @module
 */

/** What to run. */
export interface Job {
  /** The program and its arguments. */
  argv: string[];
  /** A program whose output is its input. */
  feed?: string[];
  /** Asks for the time of the first output, too. */
  stop?: "first-output";
  /** Exit codes besides 0 that mean success. */
  codes?: number[];
}

/** What came of it. */
export interface Sample {
  /** Seconds from the start to the end. */
  seconds: number;
  /** Seconds to the first byte of output, where the job asks for it. */
  firstOutput: number | null;
  /** Seconds of processor time. */
  cpuSeconds: number;
  /** Largest resident set. */
  peakBytes: number;
}

const HERE = import.meta.dirname!;

/** The path of a script beside this module. */
export function beside(name: string): string {
  return `${HERE}/${name}`;
}

/**
 * Runs a program to its end for what it prints.
 *
 * @throws {Error} If it fails.
 */
export async function output(argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(argv[0], {
    args: argv.slice(1),
    stdin: "null",
  }).output();
  if (code !== 0) {
    const said = new TextDecoder().decode(stderr).trim();
    throw new Error(`Cannot run ${argv.join(" ")}: exit code ${code}\n${said}`);
  }
  return new TextDecoder().decode(stdout);
}

/** Runs one of the Python scripts beside this module for its JSON. */
export async function python(script: string, ...args: string[]) {
  return JSON.parse(await output(["python3", beside(script), ...args]) || "0");
}

/**
 * Runs a job and measures it.
 *
 * @throws {Error} If the program fails.
 */
export async function measure(job: Job): Promise<Sample> {
  const { code, errors, ...sample } = await python(
    "measure.py",
    JSON.stringify(job),
  );
  if (code !== 0) {
    throw new Error(`Cannot measure ${job.argv.join(" ")}: ${code}\n${errors}`);
  }
  return sample;
}

/** Removes a database and what belongs to it. */
export async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      await Deno.remove(path + suffix);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
