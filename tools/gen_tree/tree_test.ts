import { assert, assertEquals } from "@std/assert";
import { claude } from "./claude.ts";
import { AGENTS, treeFiles, type TreeOptions } from "./tree.ts";

/** The text of each file, by its path. */
function textsOf(options: TreeOptions): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { path, lines } of treeFiles(options)) {
    texts.set(path, [...lines].join(""));
  }
  return texts;
}

function sizeOf(texts: Map<string, string>): number {
  return [...texts.values()].reduce((sum, text) => sum + text.length, 0);
}

Deno.test("treeFiles() gives the same tree for the same options", () => {
  const options = { files: 30, bytes: 3_000_000, seed: 7 };
  const texts = textsOf(options);
  assertEquals(textsOf(options), texts);
  const others = [...textsOf({ ...options, seed: 8 }).keys()];
  assertEquals(others.filter((path) => texts.has(path)), []);
});

Deno.test("treeFiles() gives as many files and about as many bytes as asked for", () => {
  const texts = textsOf({ files: 60, bytes: 10_000_000 });
  assertEquals(texts.size, 60);
  const size = sizeOf(texts);
  assert(Math.abs(size / 10_000_000 - 1) < 0.05, `${size} bytes`);
});

Deno.test("treeFiles() gives files of all agents, or of those that are asked for", () => {
  const names = (options: TreeOptions) =>
    new Set([...textsOf(options).keys()].map((path) => path.split("/", 1)[0]));
  const options = { files: 40, bytes: 4_000_000 };
  assertEquals(names(options), new Set(AGENTS.map(({ name }) => name)));
  assertEquals(names({ ...options, agents: [claude] }), new Set(["claude"]));
});

Deno.test("treeFiles() gives forks that begin with the turns of their parents", () => {
  const texts = textsOf({
    ...{ files: 40, bytes: 4_000_000, agents: [claude] },
    ...{ forks: 0.5, subAgents: 0 },
  });
  const files = new Map<string, Set<string>>();
  for (const [path, text] of texts) {
    for (const [, uuid] of text.matchAll(/"uuid":"([^"]+)"/g)) {
      files.set(uuid, (files.get(uuid) ?? new Set()).add(path));
    }
  }
  assert([...files.values()].some((paths) => paths.size > 1), "no copies");
});

Deno.test("treeFiles() gives as many giant lines as asked for", () => {
  const giantBytes = 500_000;
  const options = { files: 20, bytes: 3_000_000, giants: 2, giantBytes };
  const giants = [...textsOf(options).values()].join("").split("\n")
    .filter((line) => line.length > giantBytes);
  // A result may be in the event and in the message for the model.
  assert(giants.length >= 2 && giants.length <= 4, `${giants.length}`);
});
