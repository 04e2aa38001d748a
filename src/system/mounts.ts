/**
 * The mounts that this process sees.
 *
 * @module
 */

import { cString, libc } from "./libc.ts";

const OPEN_READ_ONLY = 0;
/** What is read at a time, in bytes. */
const PIECE = 64 * 1024;

/**
 * Whether something is mounted exactly there. Only Linux can mount a file, and
 * only there this can be found out.
 *
 * @param path An absolute path without symbolic links.
 */
export function isMountPoint(path: string): boolean {
  if (Deno.build.os !== "linux") return false;
  return readSystemFile("/proc/self/mountinfo").split("\n").some((mount) =>
    unescape(mount.split(" ")[4] ?? "") === path
  );
}

/** The system writes blanks and backslashes as three octal digits. */
function unescape(text: string): string {
  return text.replace(
    /\\(\d{3})/g,
    (_, octal) => String.fromCharCode(parseInt(octal, 8)),
  );
}

/** A file that Deno lets no program open; empty where there is none. */
function readSystemFile(path: string): string {
  const fd = libc.open(cString(path), OPEN_READ_ONLY);
  if (fd < 0) return "";
  const utf8 = new TextDecoder();
  const piece = new Uint8Array(PIECE);
  let text = "";
  while (true) {
    const length = Number(libc.read(fd, piece, BigInt(PIECE)));
    if (length <= 0) break;
    text += utf8.decode(piece.subarray(0, length), { stream: true });
  }
  libc.close(fd);
  return text;
}
