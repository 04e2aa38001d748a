/**
 * Entry of the `turn-counter` program.
 *
 * @module
 */

import { main } from "./src/cli/main.ts";
import { withSqlite } from "./src/store/sqlite/library.ts";
import { messages } from "./src/terminal/messages.ts";

Deno.exitCode = await main(Deno.args, withSqlite);
messages.end();
Deno.exit();
