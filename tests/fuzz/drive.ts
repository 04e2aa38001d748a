/**
 * Runs a program on input in pieces, and waits no longer than one should.
 *
 * @module
 */

/** How a program ended. */
export interface Ended {
  /** `null` where it did not end, and was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** How long a program may take, in milliseconds. Nothing here takes a second. */
const PATIENCE = 60_000;

/** Runs a command to its end, its stdin fed with one write for each piece. */
export async function drive(
  command: readonly string[],
  stdin: readonly Uint8Array[],
): Promise<Ended> {
  const child = new Deno.Command(command[0], {
    args: command.slice(1),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    child.kill("SIGKILL");
  }, PATIENCE);
  // A program that ends without reading all of it breaks the pipe.
  const feeding = feed(child.stdin, stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  await feeding;
  const utf8 = new TextDecoder();
  return {
    code: hangs ? null : code,
    stdout: utf8.decode(stdout),
    stderr: utf8.decode(stderr),
  };
}

async function feed(
  stdin: WritableStream<Uint8Array>,
  pieces: readonly Uint8Array[],
): Promise<void> {
  const writer = stdin.getWriter();
  for (const piece of pieces) await writer.write(piece);
  await writer.close();
}
