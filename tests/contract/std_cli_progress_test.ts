import { assert, assertEquals } from "@std/assert";
import { ProgressBar } from "@std/cli/unstable-progress-bar";

/** A stream that records the text written to it, and whether it was closed. */
function recorder() {
  const seen = { text: "", closed: false };
  const decoder = new TextDecoder();
  const writable = new WritableStream<Uint8Array>({
    write: (bytes) => {
      seen.text += decoder.decode(bytes);
    },
    close: () => {
      seen.closed = true;
    },
  });
  return { seen, writable };
}

/** Lets the interval of a bar pass. */
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("ProgressBar draws at once, at each interval, and clears itself", async () => {
  const { seen, writable } = recorder();
  const bar = new ProgressBar({
    ...{ writable, max: 100, barLength: 4, fillChar: "#", emptyChar: "." },
    ...{ clear: true, interval: 10 },
    formatter: ({ progressBar, value, max }) =>
      `${progressBar} ${value}/${max}`,
  });
  bar.value = 50;
  while (!seen.text.includes("50/100")) await pause(5);
  await bar.stop();
  const frames = seen.text.split("\r\x1b[K");
  assertEquals(frames.shift(), "");
  assertEquals(frames[0], ".... 0/100");
  assertEquals(frames.at(-1), "");
  assertEquals(new Set(frames.slice(1, -1)), new Set(["##.. 50/100"]));
  assertEquals(seen.closed, false);
});

Deno.test("ProgressBar starts at its value, does not exceed its length, and passes the time", async () => {
  const { seen, writable } = recorder();
  const times: number[] = [];
  const bar = new ProgressBar({
    ...{ writable, max: 10, value: 99, barLength: 3 },
    ...{ clear: true, keepOpen: false },
    formatter: ({ progressBar, time }) => {
      times.push(time);
      return progressBar;
    },
  });
  await bar.stop();
  assertEquals(seen.text, "\r\x1b[K###\r\x1b[K");
  assertEquals(seen.closed, true);
  assert(times[0] >= 0 && times[0] < 60_000);
});
