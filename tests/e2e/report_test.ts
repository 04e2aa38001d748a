import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { answer, at, end, logOf, prompt } from "../support/envelope.ts";
import { listing } from "../support/listing.ts";
import { TempDir } from "../support/temp.ts";
import { look } from "./chromium.ts";
import { terminalTest, testWith } from "./machine.ts";
import { assertFails } from "./messages.ts";
import { turnCounter } from "./program.ts";
import { Terminal } from "./terminal.ts";

const HOSTILE =
  "</style></title><script>top.hacked = 1</script><img src='http://127.0.0.1:9/x' onerror='top.hacked = 2'>\u202e\0\"'>";

/** A database with turns of every fate, in hostile words. */
async function fill(dir: TempDir): Promise<string> {
  const db = dir.file("turns.db");
  const events = Array.from({ length: 60 }, (_, i) => {
    const own = {
      ...{
        sid: `${HOSTILE} ${i % 12}`,
        cwd: `/${HOSTILE}/${i % 5}/` + "x".repeat(300),
      },
      turnId: `${i}`,
    };
    const start = i * 40_000;
    return [
      prompt({ ...own, t: at(start), text: HOSTILE + " word".repeat(50) }),
      ...(i % 4 === 0 ? [] : [answer({ ...own, t: at(start + i * 9) })]),
      ...(i % 8 === 0
        ? [
          end({ ...own, t: at(start + 5), outcome: "failed", reason: HOSTILE }),
        ]
        : []),
    ];
  }).flat();
  await turnCounter(["--db", db], { stdin: logOf(events) });
  return db;
}

Deno.test("turn-counter report writes one page, and changes nothing", async () => {
  using dir = new TempDir();
  const db = await fill(dir);
  const before = listing(dir.path);
  const { code, stdout, stderr } = await turnCounter(["report", "--db", db]);
  assertEquals([code, stderr], [0, ""]);
  assert(stdout.startsWith("<!DOCTYPE html>"), stdout.slice(0, 100));
  assert(stdout.endsWith("</html>\n"));
  assertEquals(listing(dir.path), before);
  const since = ["report", "--since", "today", "--db", db];
  assertStringIncludes((await turnCounter(since)).stdout, "no turns since");
  const none = ["report", "--db", dir.file("none.db")];
  assertFails(await turnCounter(none), 1, "none.db", "is not there");
});

terminalTest(
  "turn-counter report does not write its page to a terminal",
  async () => {
    using dir = new TempDir();
    const db = await fill(dir);
    await using terminal = await Terminal.run('"$@"; echo "ended $?"', {
      ...{ args: ["report", "--db", db], columns: 200, folder: dir.path },
    });
    const seen = await terminal.until("ended");
    assertStringIncludes(seen, "turn-counter report > report.html");
    assertStringIncludes(seen, "ended 2");
    assert(!seen.includes("<html"));
    await terminal.exit();
  },
);

const chromiumTest = await testWith("chromium");

chromiumTest(
  "turn-counter report fits a phone in Chromium, and asks it for nothing",
  async () => {
    using dir = new TempDir();
    const db = await fill(dir);
    const { stdout } = await turnCounter(["report", "--db", db]);
    for (const width of [390, 1280]) {
      const { result, console } = await look(
        stdout,
        `const root = document.documentElement;
      const hidden = (element) => element.closest(".scroll, caption, details");
      const wide = [...document.querySelectorAll("body *")]
        .filter((element) => !hidden(element) &&
          element.getBoundingClientRect().right > window.innerWidth + 0.5)
        .map((element) => element.outerHTML.slice(0, 80));
      return {
        width: [root.scrollWidth, window.innerWidth],
        wide,
        requests: window.performance.getEntriesByType("resource").length,
        scripts: document.querySelectorAll("script, img, link").length,
        hacked: window.top.hacked ?? null,
        charts: document.querySelectorAll(".plot svg").length,
        bars: document.querySelectorAll(".timeline svg path[class=completed]").length > 0,
        heights: [...document.querySelectorAll("svg")]
          .every((svg) => svg.getBoundingClientRect().height > 10),
        headings: [...document.querySelectorAll("h2")].map((it) => it.textContent),
      };`,
        width,
      );
      assertEquals(result, {
        ...{ width: [width, width], wide: [], requests: 0, scripts: 0 },
        ...{ hacked: null, charts: 3, bars: true, heights: true },
        headings: [
          ...["Turns a day", "The last sessions", "How long turns took"],
          ...[
            "The longest turns",
            "The last orphaned, aborted and failed turns",
          ],
          "Working directories",
        ],
      });
      assertEquals(console, []);
    }
  },
);
