import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Failure } from "../../../src/error.ts";
import { openStore } from "../../../src/store/open.ts";
import { contract, type Place } from "./engines.ts";

const CLAIMER = new URL("./claimer.ts", import.meta.url).pathname;

/** Makes the other process import the same package. */
const IMPORTS = JSON.stringify({
  imports: { "@db/sqlite": import.meta.resolve("@db/sqlite") },
});

/** Another process that claims files. */
class Claimer implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #lines: ReadableStreamDefaultReader<string>;

  constructor({ address }: Place, ...names: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "--no-check", "--no-prompt", "--no-lock"],
        `--import-map=data:application/json,${encodeURIComponent(IMPORTS)}`,
        ...["--allow-read", "--allow-write", "--allow-ffi", "--allow-env"],
        ...[CLAIMER, address, ...names],
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** The line that it prints: "claimed", or the reason why not. */
  async result(): Promise<string> {
    return ((await this.#lines.read()).value ?? "").trimEnd();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
    await this.#lines.cancel();
    await this.#child.status;
  }
}

contract(
  "refuses a second claim of a file, and accepts claims of other files",
  async (place) => {
    using store = await openStore(place.address);
    await using other = new Claimer(place, "a.log", "b.log");
    assertEquals(await other.result(), "claimed");
    const claim = () => store.claim("b.log");
    const { message } = assertThrows(claim, Failure, "is being followed");
    for (const word of ['"b.log"', place.address, "--db"]) {
      assertStringIncludes(message, word);
    }
    store.claim("c.log");
    await using third = new Claimer(place, "c.log");
    assertStringIncludes(await third.result(), '"c.log" is being followed');
    // The same process may repeat its claim.
    store.claim("c.log");
  },
);

contract(
  "releases the claims of a process that ends or is killed",
  async (place) => {
    using store = await openStore(place.address);
    {
      await using other = new Claimer(place, "a.log");
      assertEquals(await other.result(), "claimed");
    }
    store.claim("a.log");
    {
      await using other = new Claimer(place, "b.log");
      assertEquals(await other.result(), "claimed");
      other.kill();
    }
    store.claim("b.log");
  },
);

contract("keeps its claims during writes", async (place) => {
  using store = await openStore(place.address, { synchronous: "off" });
  store.claim("a.log");
  await store.write(() => {});
  store.transaction(() => {});
  await using other = new Claimer(place, "a.log");
  assertStringIncludes(await other.result(), '"a.log" is being followed');
});
