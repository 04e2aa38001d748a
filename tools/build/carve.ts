/**
 * Extracts the runtime from a program that `deno compile` made.
 *
 * Such a program is the stock runtime, followed by the program's data and the
 * length of that data in the last 8 bytes, in little-endian order.
 *
 * @module
 */

import { BuildError } from "./say.ts";

/** The expected size and hash of a runtime. */
export interface Fingerprint {
  size: number;
  sha256: string;
}

/** The stock runtime of Deno 2.5.7 for x86-64 Linux. */
export const STOCK_RUNTIME: Fingerprint = {
  size: 86_434_392,
  sha256: "2c06411a4a2404b8d8a6cd4147da407a533db921b5c1c87fd1073367a0d7b69b",
};

/**
 * Removes the data of a compiled program, and verifies the runtime that remains.
 *
 * @throws {BuildError} If it is not the expected runtime.
 */
export async function carveRuntime(
  program: Uint8Array<ArrayBuffer>,
  expected: Fingerprint = STOCK_RUNTIME,
): Promise<Uint8Array<ArrayBuffer>> {
  if (program.length < 8) {
    throw new BuildError(
      `Cannot carve a runtime: the program has only ${program.length} bytes; it was not made by deno compile`,
    );
  }
  const tail = new DataView(program.buffer, program.byteOffset);
  const added = Number(tail.getBigUint64(program.length - 8, true));
  const runtime = program.subarray(0, Math.max(0, program.length - added));
  await verifyRuntime(runtime, expected);
  return runtime;
}

/** @throws {BuildError} If the bytes are not the expected runtime. */
export async function verifyRuntime(
  runtime: Uint8Array<ArrayBuffer>,
  expected: Fingerprint = STOCK_RUNTIME,
): Promise<void> {
  if (runtime.length !== expected.size) {
    throw new BuildError(
      `The carved runtime has ${runtime.length} bytes, not ${expected.size}; do not use it`,
    );
  }
  const digest = await crypto.subtle.digest("SHA-256", runtime);
  const sha256 = new Uint8Array(digest).toHex();
  if (sha256 !== expected.sha256) {
    throw new BuildError(
      `The carved runtime has the SHA-256 ${sha256}, not ${expected.sha256}; do not use it`,
    );
  }
}
