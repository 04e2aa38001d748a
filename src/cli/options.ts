/**
 * The table of options, from which the parser and the help are made (SPEC
 * section 7).
 *
 * @module
 */

import { SYNCHRONOUS } from "../store/store.ts";

/** One option of the command line. */
export interface Option {
  /** Its name without the dashes. */
  name: string;
  /** Its one-letter form. */
  short?: string;
  /** How its value is called in the help; an option without one is a switch. */
  value?: string;
  /** The values it can have, where they are few. */
  choices?: readonly string[];
  /** Whether it may be given more than once. */
  many?: boolean;
  /** What it does, for the help. */
  help: string;
}

/** All options, in the order of the help. */
export const OPTIONS: readonly Option[] = [
  {
    name: "source",
    value: "FILE",
    many: true,
    help: "read FILE to its end, then exit; may be given\n" +
      "more than once; - is stdin, the default",
  },
  {
    name: "follow",
    help: "keep reading the one FILE as it grows, across\n" +
      "rotation; resume where the last run stopped",
  },
  {
    name: "db",
    value: "PATH",
    help: "the database; default: $TURN_COUNTER_DB, or\n" +
      "else /tmp/turn_tracker.db",
  },
  {
    name: "skip-replayed",
    help: "no records for events that changed nothing",
  },
  {
    name: "dead-letter",
    value: "FILE",
    help: "append rejected lines to FILE",
  },
  {
    name: "max-line-bytes",
    value: "N",
    help: "reject a candidate line longer than N bytes;\n" +
      "default: 67108864 (64 MiB)",
  },
  {
    name: "synchronous",
    value: "MODE",
    choices: SYNCHRONOUS,
    help: "durability of each commit: full (the default),\n" +
      "normal or off",
  },
  {
    name: "verbose",
    short: "v",
    help: "one line on stderr for each turn event",
  },
  { name: "quiet", help: "stderr only for errors" },
  { name: "help", short: "h", help: "show this help" },
  { name: "version", short: "V", help: "show the version" },
];
