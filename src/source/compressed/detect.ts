/**
 * Recognises compressed data by its first bytes (SPEC section 7).
 *
 * @module
 */

import type { Input } from "./input.ts";

/** One byte, or a range of bytes. */
type Pattern = number | readonly [first: number, last: number];

/** A kind of compressed data. */
export interface Format {
  name: "gzip" | "zstd" | "xz" | "bzip2" | "lz4" | "zip";
  /** How its data may begin. */
  signatures: readonly (readonly Pattern[])[];
  /** The command that decompresses a file, if this program does not. */
  command?: string;
}

export const GZIP: Format = { name: "gzip", signatures: [[0x1f, 0x8b]] };

export const ZSTD: Format = {
  name: "zstd",
  signatures: [
    [0x28, 0xb5, 0x2f, 0xfd],
    // A skippable frame; lz4 has these too, but does not begin with one.
    [[0x50, 0x5f], 0x2a, 0x4d, 0x18],
  ],
};

const FORMATS: readonly Format[] = [
  GZIP,
  ZSTD,
  {
    name: "xz",
    signatures: [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
    command: "xz -dc",
  },
  {
    name: "bzip2",
    // "BZh", the size of its blocks, and the mark of a block or of the end.
    signatures: [
      [0x42, 0x5a, 0x68, [0x31, 0x39], 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
      [0x42, 0x5a, 0x68, [0x31, 0x39], 0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
    ],
    command: "bzip2 -dc",
  },
  {
    name: "lz4",
    signatures: [[0x04, 0x22, 0x4d, 0x18], [0x02, 0x21, 0x4c, 0x18]],
    command: "lz4 -dc",
  },
  {
    name: "zip",
    signatures: [[0x50, 0x4b, 0x03, 0x04], [0x50, 0x4b, 0x05, 0x06]],
    command: "unzip -p",
  },
];

/** The names of files that are compressed in a format that this program reads. */
export const COMPRESSED_NAME = /\.(?:gz|zst)$/;

/** How many first bytes are enough to recognise every format. */
export const MOST_SIGNATURE_BYTES: number = Math.max(
  ...FORMATS.flatMap(({ signatures }) =>
    signatures.map(({ length }) => length)
  ),
);

/** The result of {@linkcode detect}. */
interface Detected {
  /** The format; `undefined` if it is not compressed. */
  format: Format | undefined;
  /** The bytes that were taken to recognise it. */
  head: Uint8Array<ArrayBuffer>;
}

/**
 * Recognises data by its next bytes, and takes no more of them than can be the
 * beginning of a format.
 */
export async function detect(
  input: Input,
  formats: readonly Format[] = FORMATS,
): Promise<Detected> {
  const head: number[] = [];
  const detected = (format?: Format) => ({
    format,
    head: Uint8Array.from(head),
  });
  let possible = formats.flatMap((format) =>
    format.signatures.map((signature) => ({ format, signature }))
  );
  while (true) {
    const found = possible.find(({ signature }) =>
      signature.length === head.length
    );
    if (found !== undefined) return detected(found.format);
    const [byte] = await input.peek();
    possible = byte === undefined
      ? []
      : possible.filter(({ signature }) => fits(signature[head.length], byte));
    if (possible.length === 0) return detected();
    head.push(byte);
    input.advance(1);
  }
}

/** The format of data that begins with some bytes, if it is compressed. */
export function formatOf(head: Uint8Array): Format | undefined {
  return FORMATS.find(({ signatures }) =>
    signatures.some((signature) =>
      signature.length <= head.length &&
      signature.every((pattern, i) => fits(pattern, head[i]))
    )
  );
}

function fits(pattern: Pattern, byte: number): boolean {
  const [first, last] = typeof pattern === "number"
    ? [pattern, pattern]
    : pattern;
  return byte >= first && byte <= last;
}
