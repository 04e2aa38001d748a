import { assertEquals } from "@std/assert";
import { completions } from "../../src/cli/docs/completions.ts";
import type { Shell } from "../../src/cli/args/commands.ts";
import { TempDir } from "../support/temp.ts";
import { fishTest, terminalTest, zshTest } from "./machine.ts";
import { run } from "./program.ts";
import { Terminal } from "./terminal.ts";

const TAB = "\t";
/** Defines a shell function in place of the program, which prints its arguments. */
const PRINT_ARGUMENTS =
  `turn-counter() { printf 'ra%s' n; printf ' [%s]' "$@"; printf ' ov%s\\n' er; }`;

/** The keys typed after the program's name, and the resulting arguments. */
type Typed = [keys: string, ...words: string[]];

/** The completions that all shells have in common. */
const TYPED: Typed[] = [
  [`sta${TAB}`, "status"],
  [`status${TAB}--js${TAB}`, "status", "--json"],
  [`--synchronous no${TAB}`, "--synchronous", "normal"],
  [`--emit ev${TAB}--q${TAB}`, "--emit", "events", "--quiet"],
  [`--emit=ev${TAB}`, "--emit=events"],
  [`--source=one\\ lo${TAB}`, "--source=one log.jsonl"],
  [`--source one${TAB}--fol${TAB}`, "--source", "one log.jsonl", "--follow"],
  [`--max-line-bytes o${TAB}`, "--max-line-bytes", "o"],
  [`--format pi${TAB}--q${TAB}`, "--format", "pi", "--quiet"],
  [`completions zs${TAB}`, "completions", "zsh"],
  [`turns --status orph${TAB}`, "turns", "--status", "orphaned"],
  [
    `turns --cwd one${TAB}--js${TAB}`,
    "turns",
    "--cwd",
    "one log.jsonl",
    "--json",
  ],
  [`rep${TAB}--since 7d`, "report", "--since", "7d"],
  [
    `forget --dr${TAB}--turn 7 --turn 9`,
    "forget",
    "--dry-run",
    "--turn",
    "7",
    "--turn",
    "9",
  ],
  [`help tur${TAB}`, "help", "turns"],
  [`show --js${TAB}7`, "show", "--json", "7"],
  // A command is the first argument, and has its own options.
  [`--quiet sta${TAB}`, "--quiet", "sta"],
  [`status --so${TAB}`, "status", "--so"],
  [`--source man --fol${TAB}`, "--source", "man", "--follow"],
  // A folder of that name exists, but a file is not valid here.
  [`ma${TAB}`, "man"],
];

/** A folder with files to complete. */
function folder(): TempDir {
  const dir = new TempDir();
  dir.write("one log.jsonl", "");
  Deno.mkdirSync(dir.file("man"));
  return dir;
}

/** Types keys into a shell on a terminal, and returns the arguments of each call. */
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
  await terminal.write(`cd '${dir.path}'; ${PRINT_ARGUMENTS}; ${setUp}\n`);
  // The shell completes only after the setup.
  await terminal.write("turn-counter\n");
  await terminal.until(" over");
  for (const [keys] of typed) {
    await terminal.write(`turn-counter ${keys}\n`);
    const output = await terminal.until(" over");
    const [, words] = /ran((?: \[[^\]]*\])*) over/.exec(output)!;
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

for (
  const [which, setUp] of [
    ["", ""],
    // As bash 3.2 of macOS, which does not have these.
    [" without what came with bash 4", "enable -n mapfile readarray compopt; "],
  ]
) {
  terminalTest(
    `bash${which} completes options, values and commands`,
    async () => {
      using dir = folder();
      using home = new TempDir();
      const source = `source '${script(home, "bash", "script")}'`;
      const calls = await typeAt("bash --norc --noprofile -i", {
        ...{ dir, setUp: setUp + source, typed: TYPED },
      });
      assertEquals(calls, expected);
    },
  );
}

zshTest(
  "zsh completes options, values and commands with the script in $fpath",
  async () => {
    using dir = folder();
    using home = new TempDir();
    script(home, "zsh", "_turn-counter");
    const setUp =
      `fpath=('${home.path}' $fpath); autoload -U compinit; compinit -u -D`;
    const calls = await typeAt("zsh -f -i", { dir, setUp, typed: TYPED });
    assertEquals(calls, expected);
  },
);

zshTest(
  "zsh completes options, values and commands with the script sourced",
  async () => {
    using dir = folder();
    using home = new TempDir();
    const file = script(home, "zsh", "script");
    const setUp = `autoload -U compinit; compinit -u -D; source '${file}'`;
    const calls = await typeAt("zsh -f -i", { dir, setUp, typed: TYPED });
    assertEquals(calls, expected);
  },
);

fishTest("fish completes options, values and commands", async () => {
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
    // Each line is a completion, a tab and its description.
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
    // fish also matches inside words; this is the beginning of a file's name.
    ["one"],
    ["completions ", "bash", "fish", "zsh"],
    ["--quiet sta"],
    ["--source man --fo", "--follow", "--format"],
    ["status --so"],
    ["status sta"],
    ["turns --stat", "--status"],
    ["turns --status o", "orphaned"],
    ["status --stat"],
    ["help tur", "turns"],
    ["forget --o", "--older-than"],
    ["rep", "report"],
    ["show --js", "--json"],
    ["ma", "man"],
    ["man --", "--help", "--version"],
  ];
  for (const [line, ...words] of lines) {
    assertEquals((await offered(`turn-counter ${line}`)).sort(), words, line);
  }
});
