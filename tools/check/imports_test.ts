import { assertEquals } from "@std/assert";
import { checkImports } from "./imports.ts";

const ARROWS = {
  "src/low": [],
  "src/high": ["src/low", "src/one.ts"],
  "src/high/inner": [],
  "src/one.ts": [],
};

function check(
  sources: Record<string, string>,
  known: readonly string[] = [],
): string[] {
  const arrows = ARROWS;
  return checkImports(new Map(Object.entries(sources)), { arrows, known });
}

Deno.test("checkImports accepts imports along the arrows and within a room", () => {
  const sources = {
    "src/high/a.ts": `import { b } from "../low/b.ts";
export * from "./c.ts";
import "../one.ts";
import { parseArgs } from "@std/cli";`,
  };
  assertEquals(check(sources), []);
});

Deno.test("checkImports names an import against the arrows and what is allowed", () => {
  const forms = [
    'import { a } from "../high/a.ts";',
    'import type { A } from "../high/a.ts";',
    'import {\n  a,\n  b,\n} from "../high/a.ts";',
    'import "../high/a.ts";',
    'export { a } from "../high/a.ts";',
    '  const { a } = await import("../high/a.ts");',
    'let a: import("../high/a.ts").A;',
  ];
  for (const form of forms) {
    assertEquals(check({ "src/low/b.ts": form }), [
      "src/low/b.ts may not import src/high/a.ts: src/low may import no other room",
    ], form);
  }
});

Deno.test("checkImports gives a file to the longest room that it is in", () => {
  assertEquals(
    check({ "src/high/inner/a.ts": 'import "../../low/b.ts";' }),
    ["src/high/inner/a.ts may not import src/low/b.ts: src/high/inner may import no other room"],
  );
  assertEquals(
    check({ "src/new/a.ts": 'import "../low/b.ts";' }),
    ["src/new/a.ts imports src/low/b.ts, but is in no room of ARROWS: add its room"],
  );
});

Deno.test("checkImports takes nothing from comments", () => {
  const comment = `/**
 * import { a } from "../high/a.ts";
 * const a = await import("../high/a.ts");
 */
// import { a } from "../high/a.ts";`;
  assertEquals(check({ "src/low/b.ts": comment }), []);
});

Deno.test("checkImports names each circle once, also one of types", () => {
  const sources = {
    "src/low/a.ts": 'import { b } from "./b.ts";',
    "src/low/b.ts": 'import type { C } from "./c.ts";',
    "src/low/c.ts": 'import { a } from "./a.ts";\nimport "./d.ts";',
    "src/low/d.ts": "",
  };
  assertEquals(check(sources), [
    "src/low/a.ts imports src/low/b.ts imports src/low/c.ts imports src/low/a.ts: no module may import itself through others",
  ]);
  const known = ["src/low/b.ts imports src/low/c.ts"];
  assertEquals(check(sources, known), []);
});

Deno.test("checkImports accepts a known import until it is mended", () => {
  const known = ["src/low/b.ts imports src/high/a.ts"];
  assertEquals(check({ "src/low/b.ts": 'import "../high/a.ts";' }, known), []);
  assertEquals(check({ "src/low/b.ts": "" }, known), [
    'KNOWN lists "src/low/b.ts imports src/high/a.ts", which is mended: remove it',
  ]);
});
