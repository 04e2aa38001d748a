import { assert, assertEquals } from "@std/assert";
import { recogniserOf } from "../../src/dialect/dialects.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { AGENTS, treeFiles } from "../../tools/gen_tree/tree.ts";
import { decodeLog } from "../support/session_logs.ts";

const encoder = new TextEncoder();

for (const agent of AGENTS) {
  const { name } = agent;

  Deno.test(`gen_tree.ts writes ${name} files that the dialect reads whole`, () => {
    const kinds: Record<string, number> = {};
    const note = (event: TurnEvent) => {
      const { kind } = event;
      const what = kind === "end" ? `${kind} ${event.outcome}` : kind;
      kinds[what] = (kinds[what] ?? 0) + 1;
    };
    const options = { seed: 3, files: 40, bytes: 8e6, agents: [agent] };
    for (const { path, lines } of treeFiles(options)) {
      const text = [...lines].join("");
      const dialect = recogniserOf(encoder.encode(text), path);
      const isSubAgents = path.includes("/subagents/");
      assertEquals(dialect?.name, isSubAgents ? undefined : name, path);
      if (dialect === undefined) continue;
      const { events, rejected } = decodeLog(dialect, text);
      assertEquals(rejected, [], path);
      const isSkipped = text.slice(0, 2_000).includes('"subagent"');
      assertEquals(events.length > 0, !isSkipped, path);
      events.forEach(note);
    }
    const ends = ["completed", "aborted", "failed"].map((it) => `end ${it}`);
    for (const kind of ["prompt", "answer", ...ends]) {
      assert(kinds[kind] > 0, `no ${kind} among ${JSON.stringify(kinds)}`);
    }
  });
}
