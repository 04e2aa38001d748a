/**
 * The behaviour of `parseArgs` in `@std/cli` on which `src/` relies.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { assertEquals } from "@std/assert";

Deno.test("parseArgs takes a value after = and from the next argument", () => {
  const options = { string: ["db"] } as const;
  assertEquals(parseArgs(["--db=x"], options), { _: [], db: "x" });
  assertEquals(parseArgs(["--db", "x", "y"], options), { _: ["y"], db: "x" });
  assertEquals(parseArgs(["--db=a=b"], options), { _: [], db: "a=b" });
  assertEquals(parseArgs(["--db=-"], options), { _: [], db: "-" });
});

Deno.test("parseArgs takes no argument that starts with a dash as a value", () => {
  const options = { string: ["db", "source"] } as const;
  assertEquals(parseArgs(["--db", "--source", "x"], options), {
    _: [],
    db: "",
    source: "x",
  });
  assertEquals(parseArgs(["--db", "-5"], options), { _: [], db: "", 5: true });
});

Deno.test("parseArgs sets a string option without a value to the empty text", () => {
  const options = { string: ["db"] } as const;
  assertEquals(parseArgs(["--db"], options), { _: [], db: "" });
  assertEquals(parseArgs(["--db="], options), { _: [], db: "" });
  assertEquals(parseArgs(["--db", ""], options), { _: [""], db: "" });
  assertEquals(parseArgs([], options), { _: [] });
});

Deno.test("parseArgs takes a single dash as a positional, even after a long option", () => {
  const options = { string: ["source"], alias: { source: "s" } } as const;
  assertEquals(parseArgs(["-"], options), { _: ["-"] });
  assertEquals(parseArgs(["--source", "-"], options), {
    _: ["-"],
    source: "",
    s: "",
  });
  assertEquals(parseArgs(["-s", "-"], options), {
    _: [],
    source: "-",
    s: "-",
  });
});

Deno.test("parseArgs sets boolean options to false unless they are given", () => {
  const options = { boolean: ["quiet", "json"] } as const;
  assertEquals(parseArgs(["--quiet", "x"], options), {
    _: ["x"],
    quiet: true,
    json: false,
  });
  assertEquals(parseArgs(["--quiet=false", "--json=no"], options), {
    _: [],
    quiet: false,
    json: true,
  });
  assertEquals(parseArgs(["--quiet", "false", "--json", "true"], options), {
    _: [],
    quiet: false,
    json: true,
  });
});

Deno.test("parseArgs sets an option under all of its names", () => {
  const options = {
    boolean: ["verbose", "help"],
    alias: { verbose: "v", help: ["h", "?"] },
  };
  assertEquals<unknown>(parseArgs(["-v", "--help"], options), {
    _: [],
    verbose: true,
    v: true,
    help: true,
    h: true,
    "?": true,
  });
});

Deno.test("parseArgs accepts bundled letters and letters with values", () => {
  const options = { boolean: ["v", "q"], string: ["n"] } as const;
  assertEquals(parseArgs(["-vq"], options), { _: [], v: true, q: true });
  const rest = { v: false, q: false };
  assertEquals(parseArgs(["-n", "x"], options), { _: [], n: "x", ...rest });
  assertEquals(parseArgs(["-n=x"], options), { _: [], n: "x", ...rest });
  assertEquals(parseArgs(["-n5"], options), { _: [], n: "5", ...rest });
  assertEquals(parseArgs(["-n./x"], options), { _: [], n: "./x", ...rest });
  assertEquals(parseArgs(["-vn", "x"], options), {
    _: [],
    n: "x",
    v: true,
    q: false,
  });
});

Deno.test("parseArgs keeps the last value, or all of a collected option", () => {
  const args = ["--source", "a", "--source=b", "--source"];
  assertEquals(parseArgs(args, { string: ["source"] }), { _: [], source: "" });
  const options = { string: ["source"], collect: ["source"] } as const;
  assertEquals(parseArgs(args, options), { _: [], source: ["a", "b", ""] });
  assertEquals(parseArgs([], options), { _: [], source: [] });
});

Deno.test("parseArgs converts values that look like numbers, except of string options", () => {
  assertEquals(parseArgs(["--n", "12", "0x10", "1e3", "12a", " "]), {
    _: [16, 1000, "12a", " "],
    n: 12,
  });
  assertEquals(
    parseArgs(["--n", "12", "34"], { string: ["n", "_"] })._.map(String),
    ["34"],
  );
  assertEquals(parseArgs(["--n", "012"], { string: ["n"] }), {
    _: [],
    n: "012",
  });
});

Deno.test("parseArgs ends options at --", () => {
  const options = { boolean: ["quiet"] } as const;
  assertEquals(parseArgs(["a", "--", "--quiet", "5", "--"], options), {
    _: ["a", "--quiet", "5", "--"],
    quiet: false,
  });
  assertEquals(parseArgs(["a", "--", "b"], { ...options, "--": true }), {
    _: ["a"],
    "--": ["b"],
    quiet: false,
  });
});

Deno.test("parseArgs with stopEarly parses nothing after the first positional", () => {
  const options = { boolean: ["v", "json"], stopEarly: true } as const;
  assertEquals(parseArgs(["-v", "status", "--json", "5"], options), {
    _: ["status", "--json", "5"],
    v: true,
    json: false,
  });
});

Deno.test("parseArgs sets defaults, under all names of an option", () => {
  const args = parseArgs(["--db=x"], {
    string: ["db", "emit"],
    boolean: ["color"],
    default: { db: "y", emit: "turns", color: true },
    alias: { emit: "e" },
  });
  assertEquals<unknown>(args, {
    _: [],
    db: "x",
    emit: "turns",
    e: "turns",
    color: true,
  });
});

Deno.test("parseArgs takes --no-NAME as false only if NAME is negatable", () => {
  const boolean = ["color"] as const;
  assertEquals(parseArgs(["--no-color"], { boolean, negatable: ["color"] }), {
    _: [],
    color: false,
  });
  assertEquals(parseArgs(["--no-color"], { boolean }), {
    _: [],
    color: false,
    "no-color": true,
  });
});

Deno.test("parseArgs passes undeclared arguments to unknown, and drops them if it returns false", () => {
  const calls: unknown[][] = [];
  const args = parseArgs(
    [
      "--what=1",
      "-k",
      "5",
      "pos",
      "-",
      "--on",
      "-vz",
      "--no-x",
      "--",
      "--rest",
    ],
    {
      boolean: ["v"],
      unknown: (...call) => {
        calls.push(call);
        return false;
      },
    },
  );
  assertEquals(args, { _: ["--rest"], v: true });
  assertEquals(calls, [
    ["--what=1", "what", "1"],
    ["-k", "k", "5"],
    ["pos"],
    ["-"],
    ["--on", "on", true],
    ["-vz", "z", true],
    ["--no-x", "no-x", true],
  ]);
});

Deno.test("parseArgs keeps arguments for which unknown does not return false", () => {
  const args = parseArgs(["--what=1", "pos"], { unknown: () => undefined });
  assertEquals(args, { _: ["pos"], what: 1 });
});

Deno.test("parseArgs types its result by the declared options", () => {
  const args = parseArgs([], {
    boolean: ["quiet", "help"],
    string: ["db", "source", "emit"],
    collect: ["source"],
    default: { emit: "turns" },
    alias: { help: "h" },
  });
  const typed: {
    quiet: boolean;
    help: boolean;
    db?: string | undefined;
    source: string[];
    emit: string;
    _: (string | number)[];
  } = args;
  const h: boolean = args.h;
  const other: unknown = args.other;
  assertEquals([typed.emit, typed.db, typed.source, h, other], [
    "turns",
    undefined,
    [],
    false,
    undefined,
  ]);
});
