/**
 * Homes of agents: thousands of session files below a directory, in a batch.
 *
 * @module
 */

import { generatedTree, type Tree } from "../logs.ts";
import { beside, python } from "../measure.ts";
import type { Part, Setting } from "../part.ts";
import {
  race,
  type Runner,
  timesAsFast,
  TRACK_HEADER,
  trackRow,
} from "../race.ts";
import { megabytes, short } from "../table.ts";

const OURS = "turn-counter --source DIR";
const PYTHON = "Python script";
/** What one asks of these files without a program for them. */
const PROMPTS_AND_ANSWERS = `select(
  .type == "user" or .type == "assistant" or
  .type == "user.message" or .type == "assistant.message" or
  .payload.type? == "user_message" or .payload.type? == "agent_message" or
  .payload.type? == "task_complete" or .payload.item?.type? == "UserMessage" or
  .message.role? == "user" or .message.role? == "assistant")`;

/** A batch over all session files, beside the Python script and `jq`. */
export const tree: Part = async (setting) => {
  const { treeFiles, treeBytes } = setting.scale;
  const tree = await generatedTree(setting, treeFiles, treeBytes);
  const runners = runnersOf(setting, tree);
  const tracks = await race(setting, runners);
  const [ours, script] = [OURS, PYTHON].map((name) => tracks.get(name)!);
  const [a, b] = runners.map(({ db }) => db!);
  const same = await python("same_tables.py", a, b);
  return {
    title: `A batch of ${short(tree.files)} session files of all agents: ${
      short(tree.events)
    } lines, ${megabytes(tree.bytes)} MB`,
    header: TRACK_HEADER,
    rows: [...tracks.values()].map((track) => trackRow(track, tree, script)),
    notes: [
      `The tables of both are the same, ${short(same.rows.turns)} turns.`,
      "Each event of the script is a commit; jq only prints lines; the events are lines.",
    ],
    targets: [{
      name: "a tree in a batch, times as fast as the Python script",
      value: timesAsFast(ours, script),
      limit: 5,
      bound: "at least",
      unit: "",
    }],
    data: { tree, same, tracks: [...tracks.values()] },
  };
};

function runnersOf({ program, folder }: Setting, { path }: Tree): Runner[] {
  const withDb = (name: string, argv: string[], words: string[]): Runner => {
    const db = `${folder}/${name.replace(/\W+/g, "-")}.db`;
    // The times in the names of files are local: the order must be the same.
    const command = ["env", "TZ=UTC", ...argv, "--db", db, ...words];
    return { name, db, argv: command };
  };
  const feed = ["find", path, "-name", "*.jsonl", "-exec", "cat", "{}", "+"];
  return [
    withDb(OURS, program, ["--source", path]),
    withDb(PYTHON, ["python3", beside("yardstick_tree.py")], [path]),
    {
      name: "jq -c 'select(…)'",
      argv: ["jq", "-c", PROMPTS_AND_ANSWERS],
      feed,
    },
    { name: "floor: wc -l", argv: ["wc", "-l"], feed },
  ];
}
