import { assertEquals, assertStringIncludes } from "@std/assert";
import { contents, query } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { fileSystemTest, onFileSystem } from "./file_systems.ts";
import { turnCounter } from "./program.ts";
import { assertMessage } from "./messages.ts";

const FILL = `fill() {
  for size in 64k 4k 512; do dd if=/dev/zero of="$PLACE/$size" bs=$size; done
  sync
} 2>/dev/null
room() { rm -f "$PLACE"/64k "$PLACE"/4k "$PLACE"/512 && sync; }
`;

/** The first events are committed before the disk is full, the others are not. */
const EVENTS = Array.from(
  { length: 400 },
  (_, i) => prompt({ t: at(i), text: "x".repeat(1000) }),
);

const REASONS: Record<string, string> = {
  btrfs: "the disk is full",
  "btrfs with a quota": "the disk quota is exceeded",
  ext4: "the disk is full",
  xfs: "the disk is full",
  tmpfs: "the disk is full",
};

for (const [type, reason] of Object.entries(REASONS)) {
  await fileSystemTest(
    type,
    `crush#3801: a disk that gets full while the program runs is a failure, and nothing is lost (${type})`,
    async () => {
      using dir = new TempDir();
      const [out, once] = [dir.file("out"), dir.file("once.db")];
      const log = dir.write("log.jsonl", logOf(EVENTS));
      const { code, stderr } = await onFileSystem(
        type,
        `${FILL}
        mkfifo "$OUT.fifo"
        "$@" --db "$PLACE/turns.db" <"$OUT.fifo" >"$OUT" & exec 5>"$OUT.fifo"
        head -n 9 "$LOG" >&5
        until [ "$(wc -l <"$OUT")" -ge 17 ]; do sleep 0.01; done
        sync && fill && tail -n +10 "$LOG" >&5
        exec 5>&-
        wait %1 && exit 99
        code=$?
        # While it is full it cannot be started, and status can.
        "$@" --source "$LOG" --db "$PLACE/turns.db" >"$OUT.again" && exit 97
        "$@" status --db "$PLACE/turns.db" >"$OUT.status" || exit 96
        room && "$@" --source "$LOG" --db "$PLACE/turns.db" >>"$OUT" || exit 95
        cp "$PLACE/turns.db" "$OUT.db" && exit $code`,
        { LOG: log, OUT: out },
      );
      assertEquals(code, 1, stderr);
      const sentences = stderr.trimEnd().split("\n");
      assertEquals(sentences.length, 2, stderr);
      for (const sentence of sentences) {
        assertMessage(sentence, "turns.db", reason, "; ");
      }
      assertStringIncludes(Deno.readTextFileSync(`${out}.status`), "turns ");
      await turnCounter(["--source", log, "--db", once]);
      assertEquals(contents(`${out}.db`), contents(once));
      assertEquals(query(`${out}.db`, "PRAGMA integrity_check"), [["ok"]]);
    },
  );

  await fileSystemTest(
    type,
    `wcdb#243: a disk that is full at the start is a failure that says so (${type})`,
    async () => {
      using dir = new TempDir();
      const log = dir.write("log.jsonl", logOf(EVENTS));
      const { code, stdout, stderr } = await onFileSystem(
        type,
        `${FILL} fill; "$@" --source "$LOG" --db "$PLACE/turns.db"`,
        { LOG: log },
      );
      assertEquals([code, stdout], [1, ""], stderr);
      assertMessage(stderr, "turns.db", reason, "; ");
    },
  );
}

await fileSystemTest(
  "bindfs -o direct_io",
  "devenv#2985: a file system without shared mappings is a failure that says so",
  async () => {
    const { code, stdout, stderr } = await onFileSystem(
      "bindfs -o direct_io",
      `"$@" --db "$PLACE/turns.db" </dev/null; code=$?
      umount "$PLACE"; ls -A "$PLACE.real" >&1; exit $code`,
    );
    assertEquals(code, 1, stderr);
    assertMessage(stderr, "turns.db", "shared memory mappings", "; ");
    assertEquals(stdout.split("\n").filter((name) => /probe/.test(name)), []);
  },
);
