/**
 * What makes shells complete the program's options, from the table of options.
 *
 * @module
 */

import {
  COMMANDS,
  NAMED_COMMANDS,
  type Option,
  OPTIONS,
  optionsOf,
  type Shell,
} from "./options.ts";

const NAMES = COMMANDS.filter((name) => name !== "run");

/** The script for a shell. */
export function completions(shell: Shell): string {
  return SCRIPTS[shell]();
}

const SCRIPTS: Record<Shell, () => string> = { bash, zsh, fish };

/** How an option is written, in each of its forms. */
function forms({ name, short }: Option): string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

function bash(): string {
  const values = OPTIONS.filter(({ value }) => value !== undefined)
    .map((option) => {
      const words = option.choices?.join(" ");
      const generate = words !== undefined
        ? `compgen -W '${words}' -- "$word"`
        : option.kind === "file"
        ? 'compgen -f -- "$word"'
        : ":";
      return `    ${
        forms(option).join(" | ")
      }) mapfile -t COMPREPLY < <(${generate}); return ;;`;
    });
  const named = NAMES.map((name) => {
    const words = [...optionsOf(name).flatMap(forms), ...operandsOf(name)];
    return `    ${name}) words='${words.join(" ")}' ;;`;
  });
  const own = optionsOf("run").flatMap(forms).join(" ");
  return `# bash completion of turn-counter:
#   source <(turn-counter completions bash)
_turn_counter() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local words='${own}'
  case $before in
${values.join("\n")}
  esac
  case \${COMP_WORDS[1]} in
${named.join("\n")}
    *) [ "$COMP_CWORD" -gt 1 ] || words+=' ${NAMES.join(" ")}' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o filenames -F _turn_counter turn-counter
`;
}

/** What can stand behind a command's name. */
function operandsOf(name: keyof typeof NAMED_COMMANDS): readonly string[] {
  return NAMED_COMMANDS[name].operands?.choices ?? [];
}

function zsh(): string {
  const specs = (command: typeof COMMANDS[number]) =>
    optionsOf(command).flatMap((option) =>
      forms(option).map((form) => {
        const { value, choices, kind, help, many } = option;
        const action = choices
          ? `(${choices.join(" ")})`
          : kind === "file"
          ? "_files"
          : " ";
        const text = help.replace(/[\[\]:\\]/g, "\\$&");
        const argument = value === undefined ? "" : `:${value}:${action}`;
        return quote(`${many ? "*" : ""}${form}[${text}]${argument}`);
      })
    );
  const named = NAMES.map((name) => {
    const operands = operandsOf(name);
    const operand = operands.length > 0
      ? [quote(`1:word:(${operands.join(" ")})`)]
      : [];
    const all = [...specs(name), ...operand].join(" \\\n        ");
    return `    ${name})
      shift words; (( CURRENT-- ))
      _arguments ${all} ;;`;
  });
  const own = [...specs("run"), quote(`1:command:(${NAMES.join(" ")})`)];
  return `#compdef turn-counter
# zsh completion of turn-counter; put this into a file _turn-counter in $fpath.
_turn_counter() {
  case $words[2] in
${named.join("\n")}
    *)
      _arguments ${own.join(" \\\n        ")} ;;
  esac
}
compdef _turn_counter turn-counter
`;
}

function fish(): string {
  const options = OPTIONS.flatMap((option) => {
    const { name, short, value, choices, kind, help } = option;
    const { commands = ["run"] } = option;
    const seen = commands.length === COMMANDS.length ? [undefined] : commands;
    return seen.map((command) =>
      [
        "complete -c turn-counter",
        ...(command === undefined ? [] : command === "run"
          ? [
            `-n ${quote(`not __fish_seen_subcommand_from ${NAMES.join(" ")}`)}`,
          ]
          : [`-n ${quote(`__fish_seen_subcommand_from ${command}`)}`]),
        `-l ${name}`,
        ...(short ? [`-s ${short}`] : []),
        ...(value ? [kind === "file" ? "-r -F" : "-x"] : []),
        ...(choices ? [`-a ${quote(choices.join(" "))}`] : []),
        `-d ${quote(help)}`,
      ].join(" ")
    );
  });
  const commands = Object.entries(NAMED_COMMANDS).flatMap((
    [name, { summary, operands }],
  ) => [
    `complete -c turn-counter -n __fish_use_subcommand -a ${name} -d ${
      quote(summary)
    }`,
    ...(operands
      ? [
        `complete -c turn-counter -n ${
          quote(`__fish_seen_subcommand_from ${name}`)
        } -a ${quote(operands.choices.join(" "))}`,
      ]
      : []),
  ]);
  return `# fish completion of turn-counter:
#   turn-counter completions fish > ~/.config/fish/completions/turn-counter.fish
complete -c turn-counter -f
${[...commands, ...options].join("\n")}
`;
}

/** A word that no shell reads anything into. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
