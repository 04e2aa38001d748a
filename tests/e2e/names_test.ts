import { assertEquals, assertMatch } from "@std/assert";
import { records } from "../support/database.ts";
import { logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { linuxTest } from "./machine.ts";
import { type Ended, shell } from "./program.ts";

/** Asserts that a program ended with one sentence. */
function assertSentence({ code, stderr }: Ended, wants: number, says: RegExp) {
  assertMatch(stderr, /^turn-counter: [^\n]*; [^\n]*\n$/);
  assertMatch(stderr, says);
  assertEquals(/defect|\n\s+at /.exec(stderr), null);
  assertEquals(code, wants);
}

linuxTest(
  "deno#22831: a path that is not UTF-8 is a sentence, wherever it comes from",
  async () => {
    using dir = new TempDir();
    const env = { DIR: dir.path };
    const setUp = `odd="$DIR/d"$'\\xff'; mkdir -p "$odd"; touch "$odd/log"
      ln -sfn "$odd" "$DIR/link"; cd "$DIR"`;
    const refused: [script: string, code: number, says: RegExp][] = [
      [
        `TURN_COUNTER_DB=$'\\xff' "$@"`,
        2,
        /TURN_COUNTER_DB is not valid UTF-8/,
      ],
      [`NO_COLOR=$'\\xff' "$@" status --db turns.db`, 2, /NO_COLOR/],
      [`cd "$odd"; "$@" --db turns.db`, 1, /is not valid UTF-8/],
      [`"$@" --db link/turns.db`, 1, /is not valid UTF-8/],
      [
        `"$@" --db turns.db --source link/log --follow`,
        2,
        /is not valid UTF-8/,
      ],
    ];
    for (const [script, code, says] of refused) {
      const ended = await shell(`${setUp}; { ${script}; } </dev/null`, env);
      assertSentence(ended, code, says);
    }
    const log = dir.write("log", logOf([prompt({})]));
    const db = dir.file("absolute.db");
    const { code, stderr } = await shell(
      `${setUp}; cd "$odd"; "$@" --source "$LOG" --db "$DB" &&
      cd .. && "$@" --source link/log --db "$DB"`,
      { ...env, LOG: log, DB: db },
    );
    assertEquals([code, stderr, records(db).length], [0, "", 1]);
  },
);

linuxTest(
  "deno#22831: a file beside the log whose name is not UTF-8 costs nothing",
  async () => {
    using dir = new TempDir();
    const log = dir.write("log", logOf([prompt({})]));
    const { stdout, stderr } = await shell(
      `touch "$LOG."$'\\xff' "$LOG.1"$'\\xff'
      "$@" --source "$LOG" --follow --db "$DB" >"$OUT" & pid=$!
      until [ -s "$OUT" ]; do sleep 0.05; done
      kill -TERM $pid; wait $pid; echo $?`,
      { LOG: log, DB: dir.file("turns.db"), OUT: dir.file("out") },
    );
    assertEquals([stdout, stderr], ["0\n", ""]);
    assertEquals(records(dir.file("turns.db")).length, 1);
  },
);

linuxTest(
  "deno#22831: a program whose directory is deleted while it runs continues",
  async () => {
    using dir = new TempDir();
    const events = [1, 2].map((pid) => logOf([prompt({ pid })]));
    const env = {
      DIR: dir.file("deleted"),
      DB: dir.file("turns.db"),
      DEAD: dir.file("dead"),
      OUT: dir.file("out"),
      FIRST: events[0],
      SECOND: events[1],
    };
    const { stdout, stderr } = await shell(
      `mkdir "$DIR"; cd "$DIR"
      { printf %s "$FIRST"; until [ -s "$OUT" ]; do sleep 0.05; done; cd /
        rmdir "$DIR"; echo '{"event":"turn.user_message"'; printf %s "$SECOND"
      } | "$@" --db "$DB" --dead-letter "$DEAD" --quiet >"$OUT"; echo $?`,
      env,
    );
    assertEquals(stdout, "0\n");
    assertMatch(stderr, /^turn-counter: line 2 of stdin rejected: [^\n]*\n$/);
    assertEquals(records(env.DB).length, 2);
  },
);
