import { assert, assertEquals } from "@std/assert";
import { checkRepository } from "./check.ts";

Deno.test("checkRepository finds wrong imports, banned words and misspellings in a folder", async () => {
  const root = await Deno.makeTempDir({ prefix: "turn-counter-test-" });
  try {
    const write = async (path: string, text: string) => {
      const folder = path.split("/").slice(0, -1).join("/");
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    };
    await write("src/turns/a.ts", 'import "../cli/b.ts";');
    await write("tools/c.ts", 'import "../tests/d.ts";');
    await write("NEWS.md", "Nobody reads it.");
    await write("testdata/e.md", "Nobody reads it.");
    await write(".git/f.md", "Nobody reads it.");
    await write(".github/g.md", "Nobody reads it.");
    await write(".github/h.yml", "name: Raeds it");
    const complaints = await checkRepository(root);
    const about = (path: string) =>
      complaints.filter((it) => it.startsWith(`${path}`));
    assert(about("src/turns/a.ts may not import src/cli/b.ts").length === 1);
    assert(about("tools/c.ts may not import tests/d.ts").length === 1);
    assertEquals(about("NEWS.md:1 says").length, 1);
    assertEquals(about(".github/g.md:1 says").length, 1);
    assertEquals(
      about('.github/h.yml:1 has the unknown word "raeds"').length,
      1,
    );
    assertEquals([about("testdata"), about(".git/")], [[], []]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
