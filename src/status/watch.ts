/**
 * Updates a display at an interval, until a signal ends it.
 *
 * @module
 */

import { print } from "../output/sink.ts";
import { stopThisProcess } from "../system/stop.ts";
import {
  enterScreen,
  frame,
  leaveScreen,
  terminalHeight,
} from "../terminal/screen.ts";

/** How often, in milliseconds. */
const PERIOD = 1000;
/** How much of the time may be spent on reading a large database. */
const MOST_LOAD = 0.25;

/**
 * Writes to stdout what `draw` gives: every second or, where drawing takes long,
 * less often.
 *
 * @param isScreen Whether stdout is a terminal, where each text takes the place
 * of the one before.
 * @throws {ReaderGone} Where stdout is closed.
 */
export async function watch(
  draw: () => Promise<string>,
  isScreen: boolean,
): Promise<void> {
  // Where there is nothing to show, the terminal stays as it is.
  let { text, took } = await timed(draw);
  const stopped = Promise.withResolvers<void>();
  let isStopped = false;
  let wake = () => {};
  const stop = () => {
    isStopped = true;
    stopped.resolve();
  };
  const listeners: [Deno.Signal, () => void][] = [
    ["SIGINT", stop],
    ["SIGTERM", stop],
    ["SIGHUP", stop],
    // Ctrl-\ would leave the terminal as it is, without a cursor.
    ["SIGQUIT", stop],
  ];
  if (isScreen) {
    const suspend = () => {
      leaveScreen();
      stopThisProcess();
      enterScreen();
      wake();
    };
    listeners.push(["SIGWINCH", () => wake()], ["SIGTSTP", suspend]);
  }
  for (const listener of listeners) Deno.addSignalListener(...listener);
  try {
    if (isScreen) enterScreen();
    while (!isStopped) {
      const shown = isScreen ? frame(text, terminalHeight()) : text;
      const write = print(shown);
      // Where stdout takes nothing, a signal must end it all the same.
      await Promise.race([write, stopped.promise]);
      const pause = Math.max(PERIOD, took / MOST_LOAD) - took;
      const woken = new Promise<void>((resolve) => wake = resolve);
      const timer = setTimeout(wake, pause);
      await Promise.race([woken, stopped.promise]);
      clearTimeout(timer);
      if (!isStopped) ({ text, took } = await timed(draw));
    }
  } finally {
    if (isScreen) leaveScreen();
    for (const listener of listeners) Deno.removeSignalListener(...listener);
  }
}

async function timed(
  draw: () => Promise<string>,
): Promise<{ text: string; took: number }> {
  const begin = performance.now();
  const text = await draw();
  return { text, took: performance.now() - begin };
}
