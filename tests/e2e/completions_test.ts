import { assertEquals } from "@std/assert";
import { completions } from "../../src/cli/docs/completions.ts";
import type { Shell } from "../../src/cli/args/options.ts";
import { TempDir } from "../support/temp.ts";
import { fishTest, terminalTest, zshTest } from "./machine.ts";
import { run } from "./program.ts";
import { Terminal } from "./terminal.ts";

const TAB = "\t";
/** Stands for the program, and tells how it was called. */
const TELL =
  `turn-counter() { printf 'ra%s' n; printf ' [%s]' "$@"; printf ' ov%s\\n' er; }`;

/** What is typed behind the program's name, and the words that it is called with. */
type Typed = [keys: string, ...words: string[]];

/** What every shell completes in the same way. */
const TYPED: Typed[] = [
  [`sta${TAB}`, "status"],
  [`status${TAB}--js${TAB}`, "status", "--json"],
  [`--synchronous no${TAB}`, "--synchronous", "normal"],
  [`--emit ev${TAB}--q${TAB}`, "--emit", "events", "--quiet"],
  [`--emit=ev${TAB}`, "--emit=events"],
  [`--source=one\\ lo${TAB}`, "--source=one log.jsonl"],
  [`--source one${TAB}--fo${TAB}`, "--source", "one log.jsonl", "--follow"],
  [`--max-line-bytes o${TAB}`, "--max-line-bytes", "o"],
  [`completions zs${TAB}`, "completions", "zsh"],
  // A command comes right behind the program's name, and has its own options.
  [`--quiet sta${TAB}`, "--quiet", "sta"],
  [`status --so${TAB}`, "status", "--so"],
  [`--source man --fo${TAB}`, "--source", "man", "--follow"],
  // There is a folder of that name, and no log is meant.
  [`ma${TAB}`, "man"],
];

/** A folder in which names can be completed. */
function folder(): TempDir {
  const dir = new TempDir();
  dir.write("one log.jsonl", "");
  Deno.mkdirSync(dir.file("man"));
  return dir;
}

/** Types at a shell on a terminal, and gives the words of each call. */
async function typeAt(
  shell: string,
  { dir, setUp, typed }: { dir: TempDir; setUp: string; typed: Typed[] },
): Promise<string[][]> {
  await using terminal = await Terminal.run(`exec ${shell}`, {
    args: [],
    columns: 200,
    folder: dir.path,
  });
  const calls: string[][] = [];
  await terminal.write(`cd '${dir.path}'; ${TELL}; ${setUp}\n`);
  // Only now does it complete what comes.
  await terminal.write("turn-counter\n");
  await terminal.until(" over");
  for (const [keys] of typed) {
    await terminal.write(`turn-counter ${keys}\n`);
    const told = await terminal.until(" over");
    const [, words] = /ran((?: \[[^\]]*\])*) over/.exec(told)!;
    calls.push([...words.matchAll(/\[([^\]]*)\]/g)].map(([, word]) => word));
  }
  await terminal.write("exit\n");
  await terminal.exit();
  return calls;
}

function script(dir: TempDir, shell: Shell, name: string): string {
  return dir.write(name, completions(shell));
}

const expected = TYPED.map(([, ...words]) => words);

terminalTest("bash completes what is typed", async () => {
  using dir = folder();
  using home = new TempDir();
  const setUp = `source '${script(home, "bash", "script")}'`;
  const calls = await typeAt("bash --norc --noprofile -i", {
    ...{ dir, setUp, typed: TYPED },
  });
  assertEquals(calls, expected);
});

zshTest("zsh completes what is typed, with the script in $fpath", async () => {
  using dir = folder();
  using home = new TempDir();
  script(home, "zsh", "_turn-counter");
  const setUp =
    `fpath=('${home.path}' $fpath); autoload -U compinit; compinit -u -D`;
  const calls = await typeAt("zsh -f -i", { dir, setUp, typed: TYPED });
  assertEquals(calls, expected);
});

zshTest("zsh completes what is typed, with the script read", async () => {
  using dir = folder();
  using home = new TempDir();
  const file = script(home, "zsh", "script");
  const setUp = `autoload -U compinit; compinit -u -D; source '${file}'`;
  const calls = await typeAt("zsh -f -i", { dir, setUp, typed: TYPED });
  assertEquals(calls, expected);
});

fishTest("fish completes what is typed", async () => {
  using dir = folder();
  using home = new TempDir();
  const file = script(home, "fish", "script");
  const offered = async (line: string) => {
    const { stdout, stderr } = await run(
      [
        "fish",
        "--no-config",
        "-c",
        "source $argv[1]; complete -C $argv[2]",
        file,
        line,
      ],
      { cwd: dir.path },
    );
    assertEquals(stderr, "");
    // What is offered, and behind a tab what it is.
    return stdout.split("\n").filter((line) => line).map((line) =>
      line.split("\t")[0]
    );
  };
  const lines: [line: string, ...offered: string[]][] = [
    ["sta", "status"],
    ["status --js", "--json"],
    ["--sy", "--synchronous"],
    ["--synchronous no", "normal"],
    ["--emit=ev", "--emit=events"],
    ["--source one", "one log.jsonl"],
    ["--source=one", "--source=one log.jsonl"],
    ["--max-line-bytes o"],
    // It finds the middle of a word too; this is the beginning of a file's name.
    ["one"],
    ["completions ", "bash", "fish", "zsh"],
    ["--quiet sta"],
    ["--source man --fo", "--follow"],
    ["status --so"],
    ["status sta"],
    ["ma", "man"],
    ["man --", "--help", "--version"],
  ];
  for (const [line, ...words] of lines) {
    assertEquals((await offered(`turn-counter ${line}`)).sort(), words, line);
  }
});
