/**
 * Entry of the `turn-counter` program.
 *
 * The SQLite binding loads its library while its module is evaluated, so the
 * library is provided before anything that imports the binding is loaded.
 *
 * @module
 */

import { Console } from "./src/terminal/console.ts";
import { Failure, messageOf } from "./src/error.ts";
import { messages } from "./src/terminal/messages.ts";
import { provideSqlite } from "./src/store/sqlite/library.ts";

try {
  const release = provideSqlite();
  const { main } = await import("./src/cli/main.ts");
  release();
  Deno.exitCode = await main(Deno.args);
} catch (error) {
  const message = error instanceof Failure
    ? error.message
    // The binding's own message only says that the library could not be loaded.
    : `cannot load SQLite: ${
      messageOf((error as Error).cause ?? error)
    }; make sure that memory and file descriptors (ulimit -n) are available`;
  new Console({ isTerminal: false, color: false }).error(message);
  Deno.exitCode = 1;
}
messages.end();
Deno.exit();
