import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ticks } from "../../src/report/axis.ts";
import { agentsOf, fatesOf } from "../../src/report/figures.ts";
import { escape, excerpt } from "../../src/report/html.ts";
import { page } from "../../src/report/page.ts";
import type { ReportData, ReportedTurn } from "../../src/store/open.ts";
import { forSeeds } from "../support/seeds.ts";
import { anyText } from "../support/any_text.ts";
import type { Random } from "../../tools/gen_log/random.ts";

const DAY = 86_400_000;
const TODAY = 20_410;

const TURN: ReportedTurn = {
  ...{ id: 7, sid: "019a-c9c78", fate: "failed", status: "orphaned" },
  ...{ startMs: TODAY * DAY, durationMs: 90_000, agent: "codex" },
  ...{ cwd: "/home/dev/app", userText: "why?" },
};

const DATA: ReportData = {
  ...{ readMs: TODAY * DAY, sinceMs: null, turns: 5, hasOlder: false },
  sessions: 2,
  days: [
    { day: TODAY - 1, agent: "codex", fate: "completed", turns: 3 },
    { day: TODAY, agent: "codex", fate: "failed", turns: 1 },
    { day: TODAY, agent: null, fate: "completed", turns: 1 },
  ],
  durations: [{ agent: "codex", durations: [90_000, 1000, 2000] }],
  ...{ lastTurns: [TURN], longest: [TURN], unfinished: [TURN] },
  cwds: [{ cwd: "/home/dev/app", turns: 5, completed: 4, durationMs: 93_000 }],
};

/** Texts that would end an element, an attribute or the style, or change the page around them. */
const HOSTILE = [
  "</style><script>alert(1)</script>",
  "\"><img src=x onerror='alert(1)'>",
  "</title></svg></bdi><h1>",
  "&lt;b&gt; &amp; <!-- ]]> -->",
  "a\0b\u202ec\u2066d\ud800e\u2028f\x1b[2Jg\ufeff",
  "javascript:alert(1)",
];

/** A report in which each text is the given one. */
function reportOf(text: string): ReportData {
  const turn = { ...TURN, sid: text, agent: text, cwd: text, userText: text };
  return {
    ...DATA,
    days: DATA.days.map((day) => ({ ...day, agent: text })),
    durations: [{ agent: text, durations: [1] }],
    ...{ lastTurns: [turn], longest: [turn], unfinished: [turn] },
    cwds: [{ ...DATA.cwds[0], cwd: text }],
  };
}

/** The tags and attributes of a page, without what is in them. */
function structureOf(html: string): string[] {
  return html.match(/<[^>]*>/g)!.map((tag) => tag.replace(/"[^"]*"/g, '""'));
}

Deno.test("page has the same elements whatever a log contains", () => {
  const plain = structureOf(page("turns.db", reportOf("plain")));
  for (const text of HOSTILE) {
    const html = page(text, reportOf(text));
    // A path has places where it may be wrapped.
    const elements = structureOf(html).filter((tag) => tag !== "<wbr>");
    assertEquals(elements, plain, text);
    assert(html.isWellFormed());
    assertEquals(/(?!\n)[\p{Cc}\u202e\u2066\u2028\ufeff]/u.exec(html), null);
  }
});

Deno.test("page is valid whatever a log contains, and asks for nothing", async () => {
  await forSeeds(100, (random: Random) => {
    const html = page(anyText(random), reportOf(anyText(random)));
    const open: string[] = [];
    for (
      const [, close, name, empty] of html.matchAll(
        /<(\/?)([a-z]\w*)[^>]*?(\/?)>/gi,
      )
    ) {
      if (empty || /^(meta|wbr)$/.test(name)) continue;
      if (close) assertEquals(open.pop(), name);
      else open.push(name);
    }
    assertEquals(open, []);
    assertEquals(
      /<(script|link|img|iframe|object)|https?:|url\(|@import/.exec(html),
      null,
    );
  });
});

Deno.test("page names each chart and table for those who do not see it", () => {
  const html = page("turns.db", DATA);
  for (const [, svg] of html.matchAll(/<svg([^>]*)>/g)) {
    assert(/role="img" aria-label="[^"]{10,}"/.test(svg), svg);
  }
  for (const [table] of html.matchAll(/<table[\s\S]*?<\/table>/g)) {
    assertStringIncludes(table, "<caption>");
    assertStringIncludes(table, 'scope="col"');
  }
  for (const landmark of ["<header>", "<main>", "<footer>", "<h1>"]) {
    assertEquals(html.split(landmark).length, 2, landmark);
  }
  for (const [, id] of html.matchAll(/aria-labelledby="(\w+)"/g)) {
    assertStringIncludes(html, `<h2 id="${id}">`);
  }
  assertStringIncludes(html, "3 completed");
});

Deno.test("page of an empty database says so, and has no charts", () => {
  const html = page("turns.db", {
    ...DATA,
    ...{ turns: 0, sessions: 0, days: [], durations: [], lastTurns: [] },
    ...{ longest: [], unfinished: [], cwds: [] },
  });
  assertStringIncludes(html, "no turns");
  assert(!html.includes("<svg"));
});

Deno.test("page stays small and has few bars, however long the time and many the turns", () => {
  const agents = Array.from({ length: 30 }, (_, i) => `agent ${i}`);
  for (const span of [1, 100, 1000, 20_000, 200_000]) {
    const days = Array.from({ length: 3000 }, (_, i) => ({
      day: TODAY - Math.floor(span * (1 - i / 2999)),
      agent: agents[i % 30],
      fate: (["completed", "aborted", "failed"] as const)[i % 3],
      turns: 1 + i % 977,
    }));
    const prompt = "wide 語 prompt ".repeat(30);
    const lastTurns = Array.from({ length: 300 }, (_, i) => ({
      ...TURN,
      ...{ id: 1e9 + i, sid: `${i % 40}`, userText: prompt, startMs: i * 1e6 },
    }));
    const list = lastTurns.slice(0, 10);
    const html = page("turns.db", {
      ...{ ...DATA, days, lastTurns, longest: list, unfinished: list },
    });
    assert(html.length < 200_000, `${html.length} for ${span} days`);
    assert(html.split('class="place"').length < 280, `${span}`);
  }
});

Deno.test("escape and excerpt leave nothing that HTML reads as markup", () => {
  assertEquals(
    escape("<a b=\"c\" d='e'>&"),
    "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;",
  );
  assertEquals(excerpt("<<<<<", 3), "&lt;&lt;…");
  assertEquals(excerpt(null, 3), "");
});

Deno.test("figures count fates and agents, and take percentiles", () => {
  assertEquals(fatesOf(DATA), [["completed", 4], ["failed", 1]]);
  assertEquals(agentsOf(DATA), [
    {
      ...{ agent: "codex", turns: 4, completed: 3 },
      durations: { turns: 3, median: 2000, p95: 90_000, longest: 90_000 },
    },
    { agent: null, turns: 1, completed: 1, durations: null },
  ]);
});

Deno.test("ticks are few round numbers from 0 that reach the greatest value", () => {
  assertEquals(ticks(0), [0, 1]);
  assertEquals(ticks(1), [0, 1]);
  assertEquals(ticks(7), [0, 2, 4, 6, 8]);
  assertEquals(ticks(6343), [0, 2000, 4000, 6000, 8000]);
  for (let value = 1; value < 5000; value += 7) {
    const marks = ticks(value);
    assert(marks.at(-1)! >= value && marks.at(-2)! < value, `${value}`);
    assert(marks.length <= 6, `${value}: ${marks}`);
  }
});

Deno.test("timeline names the seconds where it covers minutes only", () => {
  const labels = (durationMs: number) =>
    /class="x times".*?<\/div>/
      .exec(
        page("turns.db", { ...DATA, lastTurns: [{ ...TURN, durationMs }] }),
      )!
      .at(0)!.match(/">[^<]+/g)!.map((label) => label.slice(2));
  const seconds = labels(90_000);
  assertEquals(seconds.at(0), "18 Nov 00:00:00");
  assertEquals(seconds.at(-1), "18 Nov 00:01:30");
  assertEquals(labels(3_600_000).at(-1), "18 Nov 01:00");
});
