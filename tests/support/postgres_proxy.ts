/**
 * The way between a program and its PostgreSQL server, as a network is.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { utf8 } from "./bytes.ts";
import type { Postgres } from "./postgres.ts";
import { within } from "./process.ts";

/** What it can be asked to do, as `postgres_proxy.py` says. */
type Order = "cut" | "freeze" | "drop" | "trips";

const SOCKET = ".s.PGSQL.5432";

/** A socket that passes connections on to a server. */
export class PostgresProxy implements AsyncDisposable {
  #path: string;
  #child: Deno.ChildProcess;
  #orders: WritableStreamDefaultWriter<Uint8Array>;
  #lines: ReadableStreamDefaultReader<string>;

  private constructor(path: string, server: string, delayMs: number) {
    this.#path = path;
    const script = new URL("./postgres_proxy.py", import.meta.url).pathname;
    this.#child = new Deno.Command("python3", {
      args: [script, `${path}/${SOCKET}`, `${server}/${SOCKET}`, `${delayMs}`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /**
   * Starts one in a folder of its own.
   *
   * @param delayMs How long each direction takes, in milliseconds.
   */
  static async start(
    dir: { readonly path: string },
    { path }: Pick<Postgres, "path">,
    delayMs = 0,
  ): Promise<PostgresProxy> {
    const proxy = new PostgresProxy(dir.path, path, delayMs);
    await proxy.line();
    return proxy;
  }

  /** The address of a database or of a schema, as {@linkcode Postgres.url} has it. */
  url(address: string): string {
    const host = `host=${encodeURIComponent(this.#path)}`;
    return address.replace(/host=[^&]*/, host);
  }

  /** Gives an order. */
  async order(order: Order): Promise<void> {
    await this.#orders.write(utf8(`${order}\n`));
  }

  /** Reads the next line that it answers. */
  async line(): Promise<string> {
    return (await within(this.#lines.read(), "the proxy")).value!;
  }

  /** How often clients have sent and waited since the last call. */
  async trips(): Promise<number> {
    await this.order("trips");
    return Number(await this.line());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.close();
    await this.#lines.cancel();
    await this.#child.status;
  }
}
