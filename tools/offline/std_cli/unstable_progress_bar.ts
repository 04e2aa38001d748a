/**
 * Stand-in for `@std/cli/unstable-progress-bar`.
 *
 * @module
 */

/** The state of the bar when it is drawn. */
export interface ProgressBarFormatter {
  /** The bar itself. */
  progressBar: string;
  /** Milliseconds since the start. */
  time: number;
  /** The current and the maximum value. */
  value: number;
  max: number;
}

/** The appearance of a bar, and its output. */
export interface ProgressBarOptions {
  writable?: WritableStream<Uint8Array>;
  value?: number;
  max: number;
  barLength?: number;
  fillChar?: string;
  emptyChar?: string;
  clear?: boolean;
  formatter: (formatter: ProgressBarFormatter) => string;
  keepOpen?: boolean;
  interval?: number;
}

const CLEAR_LINE = "\r\u001b[K";

/** A progress bar that is redrawn at an interval. */
export class ProgressBar {
  value: number;
  max: number;
  #options: Required<
    Pick<
      ProgressBarOptions,
      "barLength" | "fillChar" | "emptyChar" | "clear" | "formatter"
    >
  >;
  #begun = Date.now();
  #timer: ReturnType<typeof setInterval>;
  #text: WritableStreamDefaultWriter<string>;
  #written: Promise<void>;

  constructor(options: ProgressBarOptions) {
    const { writable = Deno.stderr.writable, keepOpen = true } = options;
    this.value = options.value ?? 0;
    this.max = options.max;
    this.#options = {
      barLength: options.barLength ?? 50,
      fillChar: options.fillChar ?? "#",
      emptyChar: options.emptyChar ?? "-",
      clear: options.clear ?? false,
      formatter: options.formatter,
    };
    const { readable, writable: text } = new TextEncoderStream();
    this.#written = readable.pipeTo(writable, { preventClose: keepOpen })
      .catch(() => clearInterval(this.#timer));
    this.#text = text.getWriter();
    this.#timer = setInterval(() => this.#draw(), options.interval ?? 1000);
    this.#draw();
  }

  #draw(): Promise<void> {
    const { barLength, fillChar, emptyChar, formatter } = this.#options;
    const part = Math.min(Math.max(this.value / this.max, 0), 1);
    const full = Math.trunc(part * barLength);
    const line = formatter({
      progressBar: fillChar.repeat(full) + emptyChar.repeat(barLength - full),
      time: Date.now() - this.#begun,
      value: this.value,
      max: this.max,
    });
    return this.#write(CLEAR_LINE + line);
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#text.write(text);
    } catch {
      // A closed output must not stop the program.
    }
  }

  /** Draws it for the last time, or clears it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#options.clear) {
      await this.#write(CLEAR_LINE);
    } else {
      await this.#draw();
      await this.#write("\n");
    }
    await this.#text.close().catch(() => {});
    await this.#written;
  }
}
