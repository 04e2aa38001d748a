/**
 * The completion scripts of the shells, made from the table of options.
 *
 * @module
 */

import {
  type CommandName,
  COMMANDS,
  NAMED_COMMANDS,
  type NamedCommand,
  type Shell,
} from "../args/commands.ts";
import { type Option, OPTIONS, optionsOf } from "../args/options.ts";

const NAMES = COMMANDS.filter((name) => name !== "run");

/** The script for a shell. */
export function completions(shell: Shell): string {
  return SCRIPTS[shell]();
}

const SCRIPTS: Record<Shell, () => string> = { bash, zsh, fish };

/** The forms of an option on the command line. */
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
      }) _turn_counter_offer < <(${generate})${
        // Other words are not file names, even if a folder has the same name.
        option.kind === "file" ? "; _turn_counter_names" : ""}; return 0 ;;`;
    });
  const named = NAMES.map((name) => {
    const words = [...optionsOf(name).flatMap(forms), ...operandsOf(name)];
    return `    ${name}) words='${words.join(" ")}' ;;`;
  });
  const own = optionsOf("run").flatMap(forms).join(" ");
  return `# bash completion of turn-counter, from bash 3.2 (macOS) on:
#   eval "$(turn-counter completions bash)"
_turn_counter_offer() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done
}
_turn_counter_names() {
  # Newer versions quote the names themselves.
  compopt -o filenames 2>/dev/null && return
  local i
  for i in "\${!COMPREPLY[@]}"; do
    COMPREPLY[i]=$(printf %q "\${COMPREPLY[i]}")
  done
}
_turn_counter() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local words='${own}' command=
  # "--option=value" comes as three words, or in bash 3.2 as one.
  case $word in
    --*=*)
      before=\${word%%=*}
      word=\${word#*=} ;;
  esac
  [ "$word" != = ] || word=
  [ "$before" != = ] || before=\${COMP_WORDS[COMP_CWORD - 2]}
  case $before in
${values.join("\n")}
  esac
  # The word being typed is not a command yet.
  [ "$COMP_CWORD" -eq 1 ] || command=\${COMP_WORDS[1]}
  case $command in
${named.join("\n")}
    '') words+=' ${NAMES.join(" ")}' ;;
  esac
  _turn_counter_offer < <(compgen -W "$words" -- "$word")
}
complete -F _turn_counter turn-counter
`;
}

/** The arguments that can follow a command's name. */
function operandsOf(name: NamedCommand): readonly string[] {
  return NAMED_COMMANDS[name].operand?.choices ?? [];
}

function zsh(): string {
  const specs = (command: CommandName) =>
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
        const equals = value === undefined ? "" : "=";
        return quote(`${many ? "*" : ""}${form}${equals}[${text}]${argument}`);
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
  const own = specs("run").join(" \\\n        ");
  return `#compdef turn-counter
# zsh completion of turn-counter; put this into a file _turn-counter in $fpath,
# or, after compinit:
#   source <(turn-counter completions zsh)
_turn-counter() {
  # The word being typed is not a command yet.
  local command names=()
  if (( CURRENT > 2 )); then
    command=$words[2]
  else
    names=(${quote(`1:command:(${NAMES.join(" ")})`)})
  fi
  case $command in
${named.join("\n")}
    *)
      _arguments ${own} \\
        $names ;;
  esac
}
# From $fpath this runs as the completion itself; when sourced, it is registered.
if [[ $funcstack[1] == _turn-counter ]]; then
  _turn-counter "$@"
else
  compdef _turn-counter turn-counter
fi
`;
}

function fish(): string {
  const options = OPTIONS.flatMap((option) => {
    const { name, short, value, choices, kind, help } = option;
    const { commands = ["run"] } = option;
    const shown = commands.length === COMMANDS.length ? [undefined] : commands;
    return shown.map((command) =>
      [
        "complete -c turn-counter",
        ...(command === undefined ? [] : [`-n ${quote(fishIs(command))}`]),
        `-l ${name}`,
        ...(short ? [`-s ${short}`] : []),
        ...(value ? [kind === "file" ? "-r -F" : "-x"] : []),
        ...(choices ? [`-a ${quote(choices.join(" "))}`] : []),
        `-d ${quote(help)}`,
      ].join(" ")
    );
  });
  const commands = Object.entries(NAMED_COMMANDS).flatMap((
    [name, { summary, operand }],
  ) => [
    `complete -c turn-counter -n ${quote(FISH_FIRST)} -a ${name} -d ${
      quote(summary)
    }`,
    ...(operand?.choices
      ? [
        `complete -c turn-counter -n ${quote(fishIs(name))} -a ${
          quote(operand.choices.join(" "))
        }`,
      ]
      : []),
  ]);
  return `# fish completion of turn-counter:
#   turn-counter completions fish > ~/.config/fish/completions/turn-counter.fish
complete -c turn-counter -f
${[...commands, ...options].join("\n")}
`;
}

/** The test in fish whether the first argument is being typed. */
const FISH_FIRST = "test (count (commandline -opc)) -eq 1";

/** The test in fish whether a command is the first argument; of `run`, that none is. */
function fishIs(command: string): string {
  return command === "run"
    ? `not contains -- (commandline -opc)[2] ${NAMES.join(" ")}`
    : `contains -- ${command} (commandline -opc)[2]`;
}

/** A word quoted so that a shell expands nothing in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
