/**
 * A process that claims files in a database. Its arguments are the database and
 * the files. It prints "claimed" or the reason why not, and keeps its claims
 * until its stdin ends.
 *
 * @module
 */

import { openStore } from "../../../src/store/open.ts";

const [address, ...names] = Deno.args;
using store = await openStore(address);
try {
  for (const name of names) store.claim(name);
  console.log("claimed");
} catch (error) {
  console.log((error as Error).message);
}
await Deno.stdin.readable.pipeTo(new WritableStream());
