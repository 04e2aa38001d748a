import { assert, assertEquals } from "@std/assert";
import {
  rotatedFiles,
  rotatedName,
} from "../../src/source/follow/rotated_log.ts";
import { fileAt } from "../../src/source/follow/scanned_file.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("rotatedName knows the names that rotation gives, and no others", () => {
  const pattern = rotatedName("sse_lines.jsonl");
  const rotated = [
    "sse_lines.jsonl.1",
    "sse_lines.jsonl.12.gz",
    "sse_lines.jsonl-20251118",
    "sse_lines.jsonl-20251118.gz",
    "sse_lines.jsonl-20251118-1763460000",
    "sse_lines.jsonl.2025-11-18T10:00:00",
    "sse_lines.jsonl.old",
    "sse_lines.jsonl-2025111810.backup",
    "sse_lines.jsonl-1763460000",
    "sse_lines.1.jsonl",
    "sse_lines-20251118.jsonl.gz",
    "sse_lines.jsonl.1.zst",
    "sse_lines.2025-11-18.jsonl",
  ];
  const others = [
    "sse_lines.jsonl",
    "sse_lines.jsonl.gz",
    "sse_lines.jsonl.db",
    "sse_lines.jsonl.1.db",
    "sse_lines.jsonl.1.swp",
    "sse_lines.jsonl.",
    "sse_lines-other.jsonl",
    "sse_lines-2.jsonl",
    "sse_lines.jsonl-2",
    "sse_lines.123456.jsonl",
    "sse_lines2.jsonl",
    "sse_linesXjsonl.1",
    "my_sse_lines.jsonl.1",
    "sse_lines.jsonl.1.bz2",
  ];
  for (const name of rotated) assert(pattern.test(name), name);
  for (const name of others) assert(!pattern.test(name), name);
  // A name without an extension, and one that begins with a dot.
  assert(rotatedName("log").test("log.1"));
  assert(!rotatedName("log").test("log"));
  assert(rotatedName(".log").test(".log.1"));
});

Deno.test("rotatedFiles sorts by number or date, and lists a file that is being compressed once", () => {
  using dir = new TempDir();
  const log = dir.write("log", "");
  const list = (...names: string[]) => {
    // The times say the opposite, but where numbers and dates are mixed.
    for (const [i, name] of names.entries()) {
      Deno.utimeSync(dir.write(name, ""), 0, 1000 - i);
    }
    const files = rotatedFiles(log).map(({ path }) => path);
    for (const name of names) Deno.removeSync(dir.file(name));
    return files.map((path) => path.slice(dir.path.length + 1));
  };
  const numbered = ["log.10.gz", "log.9", "log.2", "log.1"];
  assertEquals(list(...numbered), numbered);
  const dated = ["log-20251117.gz", "log-20251118", "log-20251118-1763460000"];
  assertEquals(list(...dated), dated);
  assertEquals(list("log-20251118", "log.1"), ["log.1", "log-20251118"]);
  assertEquals(list("log.2", "log.2.gz"), ["log.2"]);
  assertEquals(list("log.3.zst", "log.2", "log.2.zst"), ["log.3.zst", "log.2"]);
  Deno.mkdirSync(dir.file("log.4"));
  assertEquals(list(), []);
});

Deno.test("fileAt gives nothing where nothing is, and follows a link", () => {
  using dir = new TempDir();
  const path = dir.write("a", "");
  Deno.symlinkSync(path, dir.file("link"));
  Deno.symlinkSync(dir.file("missing"), dir.file("dangling"));
  assertEquals(fileAt(dir.file("missing")), undefined);
  assertEquals(fileAt(dir.file("dangling")), undefined);
  assertEquals(fileAt(dir.path), undefined);
  assertEquals(fileAt(dir.file("link"))?.identity, fileAt(path)?.identity);
});
