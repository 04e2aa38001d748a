/**
 * Splits text into lines.
 *
 * @module
 */

/** How {@linkcode TextLineStream} splits. */
export interface TextLineStreamOptions {
  /** Whether a `\r` alone ends a line too; by default it does not. */
  allowCR?: boolean;
}

/**
 * Splits text into lines at each `\n` and `\r\n`, which are left out. Text after
 * the last one is a line too, unless it is empty.
 *
 * @example
 * ```ts
 * import { TextLineStream } from "@std/streams";
 *
 * const lines = Deno.stdin.readable
 *   .pipeThrough(new TextDecoderStream())
 *   .pipeThrough(new TextLineStream());
 * for await (const line of lines) console.log(line);
 * ```
 */
export class TextLineStream extends TransformStream<string, string> {
  /** Creates the stream. */
  constructor(options: TextLineStreamOptions = {}) {
    const allowCR = options.allowCR ?? false;
    // A "\r" at the very end may be the first half of a "\r\n".
    const newline = allowCR ? /\r\n|\n|\r(?!$)/g : /\r?\n/g;
    // The line so far, in pieces that are joined once, so that a line of many
    // chunks takes linear time.
    let pieces: string[] = [];
    let endsInCR = false;

    super({
      transform(chunk, controller) {
        if (chunk === "") return;
        const held = pieces.length;
        pieces.push(chunk);
        const ends = chunk.includes("\n") ||
          allowCR && (endsInCR || chunk.includes("\r"));
        if (ends) {
          const text = held === 0 ? chunk : pieces.join("");
          // Before the chunk, only a "\r" at the end can end a line.
          const searched = text.length - chunk.length;
          newline.lastIndex = Math.max(0, searched - 1);
          let start = 0;
          for (
            let match = newline.exec(text);
            match !== null;
            match = newline.exec(text)
          ) {
            controller.enqueue(text.slice(start, match.index));
            start = newline.lastIndex;
          }
          pieces = start < text.length ? [text.slice(start)] : [];
        }
        endsInCR = pieces.length > 0 && chunk.endsWith("\r");
      },
      flush(controller) {
        if (pieces.length === 0) return;
        const text = pieces.join("");
        const endsLine = allowCR && text.endsWith("\r");
        controller.enqueue(endsLine ? text.slice(0, -1) : text);
      },
    });
  }
}
