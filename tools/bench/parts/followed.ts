/**
 * Homes of agents: thousands of session files that are followed, of which a few
 * grow.
 *
 * @module
 */

import { generatedTree } from "../logs.ts";
import { python, removeDatabase } from "../measure.ts";
import type { Part, Target } from "../part.ts";
import { percentile } from "../statistics.ts";
import { megabytes, short } from "../table.ts";

/** What `followed_tree.py` prints. */
interface Run {
  caughtUp: number;
  start: number;
  idleCpu: number;
  idleBytes: number;
  peakBytes: number;
  latencies: number[];
}

/** Starts a program to which the system reports no changes of files. */
const WITHOUT_REPORTS = [
  ...["unshare", "--user", "--map-root-user", "sh", "-c"],
  'echo 0 > /proc/sys/user/max_inotify_instances; exec "$@"',
  "sh",
];

/** A followed tree, with changes that the system reports and without. */
export const followed: Part = async (setting) => {
  const { program, folder, scale, say } = setting;
  const { treeFiles, followedBytes, idleSeconds, appends } = scale;
  const tree = await generatedTree(setting, treeFiles, followedBytes);
  const measure = async (name: string, command: string[], appends: number) => {
    say(`following ${name}`);
    const db = `${folder}/followed.db`;
    await removeDatabase(db);
    const argv = [...command, "--source", tree.path, "--follow", "--db", db];
    const job = { argv, tree: tree.path, idleSeconds, appends };
    const run: Run = await python("followed_tree.py", JSON.stringify(job));
    await removeDatabase(db);
    return { name, run };
  };
  const runs = [
    await measure("with inotify", program, appends),
    // Each of them waits for the next look.
    await measure(
      "by polling",
      [...WITHOUT_REPORTS, ...program],
      Math.ceil(appends / 5),
    ),
  ];
  return {
    title: `Following ${
      short(tree.files)
    } session files, of which 5 grow, ${idleSeconds} s idle`,
    header: [
      ...["", "read all, s", "start, ms", "idle, % of a core", "idle MB"],
      ...["peak MB", "appended to record, ms: p50", "p99", "max"],
    ],
    rows: runs.map(({ name, run }) => [
      name,
      ...[run.caughtUp, run.start, 100 * run.idleCpu].map(short),
      ...[run.idleBytes, run.peakBytes].map(megabytes),
      ...[0.5, 0.99, 1].map((share) => short(percentile(run.latencies, share))),
    ]),
    notes: [
      "The start is one with all files known, to a record of a new line.",
    ],
    targets: runs.flatMap(targetsOf),
    data: { tree, runs },
  };
};

function targetsOf({ name, run }: { name: string; run: Run }): Target[] {
  const target = (
    what: string,
    value: number,
    limit: number,
    unit: string,
  ) => ({
    ...{ name: `${what}, ${name}`, value, limit, unit },
    bound: "at most" as const,
  });
  return [
    target("an idle tree", 100 * run.idleCpu, 1, " % of a core"),
    target("memory of an idle tree", run.idleBytes / 1e6, 120, " MB"),
    target("an appended line", percentile(run.latencies, 0.99), 1000, " ms"),
    target("a start with known files", run.start, 1000, " ms"),
  ];
}
