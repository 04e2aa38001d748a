/**
 * Entry of the `turn-counter` program.
 *
 * The SQLite binding looks for its library while its module is evaluated, so
 * the library is provided before anything that imports the binding is loaded.
 *
 * @module
 */

import { Console } from "./src/cli/console.ts";
import { Failure } from "./src/error.ts";
import { provideSqlite } from "./src/store/library.ts";

try {
  const release = provideSqlite();
  const { main } = await import("./src/cli/main.ts");
  release();
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  new Console({ isTerminal: false, color: false }).error(error.message);
  Deno.exit(1);
}
