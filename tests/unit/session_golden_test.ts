import { assertEquals } from "@std/assert";
import { dialectNamed, recognise } from "../../src/dialect/dialects.ts";
import { decodeLog } from "../support/session_logs.ts";

const TESTDATA = new URL("../../testdata/", import.meta.url);
const LOGS: Record<string, string[]> = {
  codex: ["legacy", "fork", "paginated"],
  pi: ["session", "fork"],
  claude: ["session", "fork"],
  copilot: ["session"],
};

for (const [name, logs] of Object.entries(LOGS)) {
  for (const log of logs) {
    Deno.test(`${name} decodes testdata/${name}/${log}.jsonl as expected`, () => {
      const bytes = Deno.readFileSync(
        new URL(`${name}/${log}.jsonl`, TESTDATA),
      );
      const expected = Deno.readTextFileSync(
        new URL(`${name}/${log}.events.jsonl`, TESTDATA),
      );
      const dialect = dialectNamed(name)!;
      assertEquals(recognise(bytes, "x.jsonl"), dialect);
      const { events, rejected } = decodeLog(dialect, bytes);
      const lines = events.map((event) => JSON.stringify(event) + "\n");
      assertEquals(lines, expected.split(/(?<=\n)/));
      assertEquals(rejected, []);
    });
  }
}
