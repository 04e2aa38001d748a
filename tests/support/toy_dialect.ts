/**
 * A log format that no agent writes: its first line names the session, the
 * others ask and answer. It shows all that a new dialect needs.
 *
 * @module
 */

import {
  type Decoded,
  type Dialect,
  Verdict,
} from "../../src/dialect/dialect.ts";
import type { TurnEvent } from "../../src/turns/event.ts";

const utf8 = new TextDecoder();
const LINE = /^(session|ask|answer) /;

/** The lines `session SID`, `ask ISO-TIME TEXT` and `answer ISO-TIME TEXT`. */
export const toy: Dialect = {
  name: "toy",
  title: "a toy",
  places: ["toy.log"],
  recognises: (head) => utf8.decode(head).startsWith("session "),
  knows: (text) => LINE.test(text),
  prefilter: {
    judge: (bytes, start, end) => judge(utf8.decode(bytes.slice(start, end))),
    begin() {
      let text = "";
      return {
        push(bytes) {
          text += utf8.decode(bytes);
          return Verdict.Unsure;
        },
        end: () => judge(text),
      };
    },
  },
  decoder(sid) {
    return {
      decode(text, bytes): Decoded {
        const [word, t, ...rest] = text.split(" ");
        if (word === "session") sid = t;
        if (word === "session") return { events: [], rejection: null };
        if (sid === null) {
          const reason = "no session is named before it";
          return { events: [], rejection: { reason, bytes } };
        }
        const event = {
          ...{ sid, pid: 0, turnId: null, t, at: Date.parse(t) },
          ...{ key: `toy|${text}`, text: rest.join(" ") },
          ...{ agent: "toy", cwd: null },
        };
        const events: TurnEvent[] = word === "ask"
          ? [{ kind: "prompt", ...event }]
          : [{ kind: "answer", ...event, promptKey: null }];
        return { events, rejection: null };
      },
      open: () => ({ envelope: null, rejection: null }),
      save: () => sid,
    };
  },
};

function judge(text: string): Verdict {
  return LINE.test(text) ? Verdict.Keep : Verdict.Skip;
}
