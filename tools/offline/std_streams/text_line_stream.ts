/**
 * Text, cut into lines.
 *
 * @module
 */

/** How {@linkcode TextLineStream} cuts. */
export interface TextLineStreamOptions {
  /** Whether a `\r` alone ends a line too; by default it does not. */
  allowCR?: boolean;
}

/**
 * Cuts text into lines at each `\n` and `\r\n`, which are left out. What
 * follows the last of them is a line too, unless it is empty.
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
  /** Makes the stream. */
  constructor(options: TextLineStreamOptions = {}) {
    const allowCR = options.allowCR ?? false;
    // A "\r" at the very end may be the first half of a "\r\n".
    const newline = allowCR ? /\r\n|\n|\r(?!$)/g : /\r?\n/g;
    // The line so far, in pieces: joined once, so that a line that comes in
    // many chunks takes time in proportion to its length.
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
          // Nothing before the chunk ends a line but a "\r" right before it.
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
        const cut = allowCR && text.endsWith("\r");
        controller.enqueue(cut ? text.slice(0, -1) : text);
      },
    });
  }
}
