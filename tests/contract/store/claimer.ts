/**
 * A process that claims the files in its arguments, the first of which is the
 * database, prints "claimed" or why not, and keeps them until its stdin ends.
 *
 * @module
 */

import { openStore } from "../../../src/store/open.ts";

const [address, ...names] = Deno.args;
using store = openStore(address);
try {
  for (const name of names) store.claim(name);
  console.log("claimed");
} catch (error) {
  console.log((error as Error).message);
}
await Deno.stdin.readable.pipeTo(new WritableStream());
