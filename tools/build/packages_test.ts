import { assertEquals } from "@std/assert";
import { problemOf, versionIn } from "./packages.ts";

const LOADED = {
  modules: [
    { specifier: 'data:text/javascript,import "@db/sqlite";' },
    { specifier: "https://registry.example/@db/sqlite/0.13.2/mod.ts" },
    { specifier: "https://registry.example/@std/path/1.1.0/mod.ts" },
  ],
};

Deno.test("versionIn finds a package's version in the URLs of its modules", () => {
  assertEquals(versionIn(LOADED, "@db/sqlite"), "0.13.2");
  assertEquals(versionIn(LOADED, "@std/path"), "1.1.0");
  assertEquals(versionIn(LOADED, "@std/cli"), null);
});

Deno.test("problemOf returns the first line of the first error in a graph", () => {
  assertEquals(problemOf(LOADED), null);
  assertEquals(
    problemOf({
      modules: [
        ...LOADED.modules,
        { specifier: "jsr:@std/cli@^1.0.0", error: "no manifest\n  at x" },
        { specifier: "jsr:@std/assert@^1.0.0", error: "another" },
      ],
    }),
    "no manifest",
  );
});
