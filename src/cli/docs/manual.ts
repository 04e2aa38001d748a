/**
 * The sections of the manual page that are prose: the details, the edge cases
 * and the schema, which the help leaves out.
 *
 * @module
 */

import { DIALECTS } from "../../dialect/dialects.ts";

/** A paragraph, a term with its meaning, or lines that are shown as they are. */
export type Part =
  | string
  | { term: string; meaning: string }
  | { lines: string };

/** A section of the manual page. */
export interface Section {
  title: string;
  parts: readonly Part[];
}

/** The tables of a database; of the checkpoints, only what is of use to people. */
const SCHEMA = `\
CREATE TABLE turns (
    turn_id_glob INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    user_text TEXT,
    assistant_text TEXT,
    start_time TEXT,
    end_time TEXT,
    duration_ms INTEGER,
    status TEXT DEFAULT 'waiting_response',
    -- SHA-256 of the event's key, in hex; in sse_lines.jsonl sid|pid|t|text
    dedup_hash TEXT NOT NULL UNIQUE,
    session_turn INTEGER, session_pid_turn INTEGER,
    original_turn_id TEXT,
    pid_mismatch INTEGER NOT NULL DEFAULT 0,
    agent TEXT, cwd TEXT,
    outcome TEXT, outcome_reason TEXT, outcome_time TEXT,
    start_ms INTEGER, end_ms INTEGER, -- the instants, in ms since the epoch
    forgotten_ms INTEGER,       -- when its texts were erased
    orphaned_by INTEGER         -- the turn whose prompt orphaned this one
);
CREATE TABLE session_counters (
    sid TEXT NOT NULL, pid INTEGER NOT NULL, turn_count INTEGER DEFAULT 0,
    PRIMARY KEY (sid, pid)
);
CREATE TABLE sessions (sid TEXT PRIMARY KEY, turn_count INTEGER NOT NULL);
-- the turns of answers and ends
CREATE TABLE answers (
    dedup_hash TEXT PRIMARY KEY, turn_id_glob INTEGER NOT NULL
);
-- the last id that was given, whatever becomes of its turn
CREATE TABLE minted (
    one INTEGER PRIMARY KEY CHECK (one = 1), last_id INTEGER NOT NULL
);
-- how far followed files have been read; read_bytes and read_lines of path
CREATE TABLE checkpoints (
    file_id INTEGER PRIMARY KEY, path TEXT NOT NULL, ...
);`;

/** What precedes the section of exit codes. */
export const BEFORE_EXIT: readonly Section[] = [
  {
    title: "LOGS",
    parts: [
      "Each file is recognised by its first lines, by itself. --format forces one format for all sources. The formats, and where each agent keeps its logs:",
      ...DIALECTS.map(({ name, title, places, variable }) => ({
        term: name,
        meaning: `${title}: ${places.join(", ")}${
          variable === undefined ? "" : `; moved by $${variable}`
        }`,
      })),
      "Sources may be plain, gzip or zstd; zstd needs the system's libzstd. For xz, bzip2, lz4 and zip the message names the command that decompresses them.",
      "Below a directory, the session files are read, at any depth and through links, the oldest first, so that a session is read before its forks; other files are left alone. Files and directories whose names are not UTF-8 are not found.",
      "A fork or a resumed session repeats turns of the session before it; a turn that is known already is not counted again. Messages between an agent and its sub-agents are not turns. Session files name no process: their pid is 0.",
    ],
  },
  {
    title: "FOLLOWING",
    parts: [
      "With --follow, the program reads all sources, waits for more, and after a restart resumes where it stopped. Any number of logs and directories may be followed; their lines are read in turn. The position is stored in the database, in the same transactions as the events, so the two never disagree. It moves past an event only after its records are written: a crash may repeat records, but it loses none.",
      "A log is followed across rotation, also if it was rotated while the program was down: by rename (logrotate's create; the old file is read to its end first, and lines that a writer still appends to it, or to one of the last 16 files, are read too), by copy and truncate, by deletion. Rotated files that were not read yet (with .1, .2.gz, .2.zst, -20251118 and the like after the name) are read first; a file that is still being compressed or copied is read as it grows.",
      "A file is identified by its inode and by the content that was read, so it is not confused with a file that reuses the inode or has the same first line. An incomplete line waits for its newline. Several followers of different files and directories may share a database; a second follower of the same one into it is refused.",
      "Below a directory, new sessions and new lines are found as they come; a session that is moved or compressed is the same session, and one that was rewritten is read again, which changes nothing. What is not a session is left alone. Where the system has no file watches left, a message says so, and the directories are scanned every second. The database and the dead-letter file must not be below a followed directory.",
    ],
  },
  {
    title: "TURNS",
    parts: [
      "The status of a turn says whether there is an answer, its outcome what the agent says of the end of the turn; null means that the log has not said it. A turn that was aborted after a remark is completed with the outcome aborted; one that was aborted before any message is orphaned; one that the agent completed without a message is completed, and its assistant_text stays null. When a process shuts down, its last turn is aborted, unless it has an outcome. Of two prompts that share a turn, because the second one steers it, only the second gets the outcome.",
      "A program does not know what an earlier one has written. With --skip-replayed, a follower leaves out what it reads again only from the first new prompt of a file on, so that no record is lost in a crash; a run on stdin or over whole files leaves it out at once. After such a run was killed, or its reader ended before it, read the log again without the option.",
      "Ids count from 1 in the order of arrival. None is given twice, even if turns were deleted by hand.",
    ],
  },
  {
    title: "REJECTED LINES",
    parts: [
      "A line that is a prompt, an answer or an end but cannot be decoded is rejected: it is reported on stderr and counted, and the program continues. --dead-letter keeps it, byte for byte; of a torn line, it keeps the head that is lost. With --quiet a rejected line is reported too: it is an error. Lines of other events are ignored, whatever they contain and however long they are.",
    ],
  },
  {
    title: "FORGETTING",
    parts: [
      "The forget command empties user_text, cwd and outcome_reason, and assistant_text unless it is null, and marks the rows with forgotten_ms. It rewrites the database file and truncates its -wal, so that no copy of a text is left in them; writers wait for that time. If another program reads the database all the while, the command fails with a message; repeat it once that program has ended. Ids, times, statuses, outcomes, counters and hashes stay: numbering continues, and no replay brings a text back. A later answer sets the status and the times of a forgotten turn, but no text.",
      "It does not reach logs, dead-letter files, records that other programs received, reports, backups, and the paths of followed files. Turns that come later are new data, also in a forgotten session.",
    ],
  },
  {
    title: "EVENTS",
    parts: [
      "--emit events writes each line of the log that is a JSON object. Its bytes are unchanged, except for members added at its end: turn_id_glob, session_turn, session_pid_turn, turn_status and, on a prompt that orphaned others, orphaned_turn_ids. Events without a turn pass unchanged. Lines that are not JSON objects are left out; of a torn line, the envelope that follows the tear passes. So that each line is valid JSON, bytes that are not UTF-8 become U+FFFD, and a byte order mark is removed.",
      "Checking a line of another event takes memory of about five times its length; a line of more than 500 MB, or of more than a million JSON values, is rejected.",
    ],
  },
  {
    title: "DATABASE",
    parts: [
      { lines: SCHEMA },
      "There are indexes on start_time, status, (sid, turn_id_glob) and on everything that the program looks up: no event scans a table, however many turns there are. You may edit the tables, add columns, views and triggers; turn-counter keeps them, creates again what it needs, and gives no id twice.",
      "The database is in WAL mode, so any SQLite can read it while the program runs. A database of an earlier version is upgraded in place; one of a newer version is refused and not changed. New files have mode 0600, because a log holds private conversations. The default path is in a shared directory, so it is refused if it is a symbolic link or belongs to another user.",
      "Events that have been read already share a commit, at most 256 events or 20 ms, each in its own savepoint; an event that comes alone is committed at once. Records, counts and messages wait for the commit.",
    ],
  },
  {
    title: "POSTGRESQL",
    parts: [
      "With an address of libpq, such as postgres://host/turns, service=turns or host=db dbname=turns, the turns are in PostgreSQL 13 or newer, with the same tables, so that any number of machines share one numbering. A file of such a name is ./host=x. The system's libpq is loaded; its variables, password and service files and TLS work. Write no password into the address: ps shows it.",
      "The database must be in UTF8, and a pooler must keep sessions. U+0000 becomes U+FFFD, in the row and in the record; of an id of more than 1,000 bytes the first 200 characters and a hash are kept; pid_mismatch is a boolean, and checkpoints have the name of the host. --synchronous full, normal and off are synchronous_commit on, local and off.",
      "If the server is gone, a follower waits for it with a message and loses nothing; a batch gives up after a minute.",
    ],
  },
];

/** Follows the exit codes, in their section. */
export const EXIT_NOTES: readonly Part[] = [
  "The message of a failure is one sentence that names the file and the remedy. At the end of the input the code is 1 also if a file or directory below a source could not be read and was left out. On a signal, the events in hand are committed and their records written first.",
  "If stdout is blocked, a second signal, or five seconds after the first, ends the program with 1 in the middle of a record; it emits the record again when it reads the log again.",
];

/** What precedes the examples. */
export const BEFORE_EXAMPLES: readonly Section[] = [
  {
    title: "NOTES",
    parts: [
      "The database needs a local file system with locks and shared memory mappings: not NFS, and not FUSE with direct_io. Mount its directory into a container, never the file alone, and give it no hard links.",
      "The default database is in /tmp: many systems empty it at a restart, and some delete files that are not used for 10 days. While turn-counter writes, its files stay young; a follower that is idle for longer may find them gone, and stops then. Name a place of your own with --db for what you want to keep.",
      "Releases carry SQLite 3.53.4. With an older one (a build that uses the system's) turn-counter's own processes avoid SQLite's WAL-reset bug, since their checkpoints hold the write lock. Another program that writes to the same database at the same time should use 3.51.3 or newer.",
      "The program may not open files below /dev, /proc and /sys: give it such a log on stdin.",
      "Arguments, TMPDIR or a current directory whose names are not UTF-8, or a current directory that was deleted, end in the runtime's own panic before turn-counter runs. A database below a directory whose name is not UTF-8 is refused.",
      "Messages that stderr does not accept are dropped and counted; records are not.",
    ],
  },
];
