/**
 * The loop over the sources: what is read is delivered before more is waited
 * for (SPEC section 4).
 *
 * @module
 */

import type { Delivery } from "./delivery/delivery.ts";
import type { ReadOptions } from "./source/read_options.ts";
import { isMark, LineReader } from "./source/lines.ts";
import type { Source } from "./source/source.ts";
import { letEventsRun } from "./system/event_loop.ts";

/**
 * Reads the sources to their ends, one after the other.
 *
 * @param signal Ends the run; what is in hand is delivered first.
 * @throws {ReaderGone} Where stdout is closed.
 * @throws {Failure} Where a source cannot be read, or the database or stdout
 * not be written.
 */
export async function run(
  sources: Source[],
  delivery: Delivery,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const source of sources) {
      if (signal.aborted) break;
      await runSource(source, delivery, options, signal);
    }
    await delivery.finish();
  } catch (error) {
    // The lines before were read; why the run ends says more than why they
    // cannot be delivered.
    await delivery.commit().catch(() => {});
    throw error;
  }
}

async function runSource(
  source: Source,
  delivery: Delivery,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<void> {
  const lines = new LineReader((beforeWait) =>
    source.read({ ...options, beforeWait })
  );
  const stop = () => lines.stop();
  signal.addEventListener("abort", stop);
  while (!signal.aborted) {
    await letEventsRun();
    const items = await lines.next();
    if (items === undefined) break;
    if (items.length === 0) await delivery.pause();
    for (const item of items) {
      if (isMark(item)) delivery.mark(item);
      else if (delivery.take(item)) await delivery.commit();
    }
  }
  signal.removeEventListener("abort", stop);
}
