/**
 * Stand-in for `@std/streams`, for machines that cannot reach JSR: its
 * `TextLineStream`, which is all that this project uses of it.
 *
 * @module
 */

export {
  TextLineStream,
  type TextLineStreamOptions,
} from "./text_line_stream.ts";
