/**
 * Entry of the `turn-counter` program.
 *
 * @module
 */

import { main } from "./src/cli/main.ts";
import { messages } from "./src/terminal/messages.ts";

Deno.exitCode = await main(Deno.args);
messages.end();
Deno.exit();
