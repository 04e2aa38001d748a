/**
 * The few functions of the C library that Deno does not offer.
 *
 * @module
 */

const PATH = Deno.build.os === "darwin" ? "libSystem.B.dylib" : "libc.so.6";

const SYMBOLS = {
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  pollLater: {
    name: "poll",
    parameters: ["buffer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  gethostname: { parameters: ["buffer", "usize"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  getsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "buffer"],
    result: "i32",
  },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  lockf: { parameters: ["i32", "i32", "i64"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  statfs: { parameters: ["buffer", "buffer"], result: "i32" },
  mmap: {
    parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"],
    result: "pointer",
  },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  // Linux alone has it.
  memfd_create: {
    parameters: ["buffer", "u32"],
    result: "i32",
    optional: true,
  },
  getuid: { parameters: [], result: "u32" },
  raise: { parameters: ["i32"], result: "i32" },
} as const;

const encoder = new TextEncoder();

/** A text, such as a path, as functions of C take it: with a zero byte at its end. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** The functions. */
export const libc: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] = Deno
  .dlopen(PATH, SYMBOLS).symbols;
