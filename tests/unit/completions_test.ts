import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completions } from "../../src/cli/docs/completions.ts";
import { manualPage } from "../../src/cli/docs/man.ts";
import { NAMED_COMMANDS, SHELLS } from "../../src/cli/args/commands.ts";
import { OPTIONS } from "../../src/cli/args/options.ts";
import { run } from "../support/process.ts";

const ALL = [
  ...OPTIONS.map(({ name }) => name),
  ...Object.keys(NAMED_COMMANDS),
];

/** The completions that bash offers for the last word of a line. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${completions("bash")}
    # It only works during a completion.
    compopt() { :; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _turn_counter
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, code } = await run(
    ["bash", "-euc", script, "bash", "turn-counter", ...words],
    { cwd: "testdata" },
  );
  assertEquals(code, 0);
  return stdout.split("\n").filter((word) => word);
}

Deno.test("completions name every option and command in each shell", () => {
  for (const shell of SHELLS) {
    const script = completions(shell);
    for (const name of ALL) assertStringIncludes(script, name, shell);
  }
});

Deno.test("completions of bash offer what is valid at the cursor", async () => {
  assertEquals(await offered("--sy"), ["--synchronous"]);
  assertEquals(await offered("sta"), ["status"]);
  assertEquals(await offered("turns", "--s"), [
    ...["--session", "--status", "--since"],
  ]);
  assertEquals(await offered("turns", "--status", "o"), ["orphaned"]);
  assertEquals(await offered("turns", "--cwd", "golden.j"), ["golden.jsonl"]);
  assertEquals(await offered("turns", "--session", ""), []);
  assertEquals(await offered("show", "--j"), ["--json"]);
  assertEquals(await offered("forget", "--o"), ["--older-than"]);
  assertEquals(await offered("report", "--s"), ["--since"]);
  assertEquals(await offered("help", "tur"), ["turns"]);
  assertEquals(await offered("form"), ["formats"]);
  assertEquals(await offered("--quiet", "sta"), []);
  assertEquals(await offered("--emit", ""), ["turns", "events"]);
  assertEquals(await offered("--format", "co"), ["codex", "copilot"]);
  assertEquals(await offered("--max-line-bytes", ""), []);
  assertEquals(await offered("completions", "f"), ["fish"]);
  assertEquals(await offered("status", "--"), [
    ...["--db", "--since", "--json", "--prometheus", "--watch"],
    ...["--help", "--version"],
  ]);
  assertEquals(await offered("status", "--since", ""), []);
  assertEquals(await offered("--source", "golden.j"), ["golden.jsonl"]);
});

Deno.test("the manual page names every option and command, with dashes that can be copied", () => {
  const page = manualPage("1.2.3");
  for (const name of ALL) {
    assertStringIncludes(page, name.replaceAll("-", "\\-"));
  }
  assertStringIncludes(page, "1.2.3");
  assertStringIncludes(page, "if a compressed source was damaged");
  assert(/^[\n -~]*$/.test(page), "not all locales show more than ASCII");
  // A line that begins with a dot or a quote is a request to the formatter.
  const requests = page.split("\n").filter((line) => /^[.']/.test(line));
  for (const request of requests) {
    assert(/^\.(TH|SH|TP|PP|B|br|RS|RE|nf|fi|nh)\b/.test(request));
  }
});
