import { assert, assertEquals } from "@std/assert";
import { isBelow } from "../../src/source/open_sources.ts";
import { isWithin } from "../../src/source/tree/roots.ts";
import { planOf } from "../../src/source/tree/tree_watch.ts";
import { Random } from "../../tools/gen_log/random.ts";

Deno.test("planOf watches a tree whole, and around what cannot be read", () => {
  const entered = ["/r", "/r/a", "/r/a/b", "/r/a/c", "/r/d", "/r/d/e", "/l"];
  const plan = (...unseen: string[]) =>
    planOf(["/l", "/r"], entered, new Set(unseen));
  assertEquals(plan(), { deep: ["/l", "/r"], flat: [] });
  assertEquals(plan("/r/a/x"), {
    deep: ["/l", "/r/a/b", "/r/a/c", "/r/d"],
    flat: ["/r", "/r/a"],
  });
  assertEquals(planOf(["/r"], [], new Set(["/r"])), { deep: [], flat: [] });
});

Deno.test("planOf watches each directory that can be read once, and nothing else (property)", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const all = ["/r"];
    for (let n = random.below(20); n > 0; n--) {
      all.push(`${random.pick(all)}/${n}`);
    }
    const unseen = new Set(all.filter(() => random.chance(0.15)));
    // Nothing is found below what cannot be read.
    const entered = all.filter((path) => !isWithin(path, unseen));
    const { deep, flat } = planOf(["/r"], entered, unseen);
    for (const path of entered) {
      const watches = [
        ...flat.filter((one) => one === path),
        ...deep.filter((one) => one === path || isBelow(path, one)),
      ];
      assertEquals(watches.length, 1, `${seed}: ${path}`);
    }
    for (const path of deep) {
      assert(![...unseen].some((one) => one === path || isBelow(one, path)));
    }
    assert(flat.every((path) => entered.includes(path)));
  }
});
