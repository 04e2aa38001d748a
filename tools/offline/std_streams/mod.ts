/**
 * Stand-in for `@std/streams`, for machines that cannot reach JSR. It has only
 * `TextLineStream`, since the project uses nothing else.
 *
 * @module
 */

export {
  TextLineStream,
  type TextLineStreamOptions,
} from "./text_line_stream.ts";
