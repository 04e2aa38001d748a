/**
 * What a reader of JSON does not expect where it stands.
 *
 * @module
 */

const NUMBERS = [
  ...["0", "-0", "0.0", "7.0", "1e3", "1E+2", "1.5", "-1", "-1e-400"],
  ...["9007199254740991", "9007199254740992", "9007199254740993", "1e15"],
  ...["2147483648", "4294967296", "18446744073709551616", "1e21", "1e308"],
  ...["1e400", "-1e400", `1${"0".repeat(400)}`, `0.${"3".repeat(400)}`],
  // Not JSON.
  ...["007", "+1", ".5", "1.", "0x10", "1_000", "NaN", "Infinity", "١"],
];

const STRINGS = [
  ...["", " ", "0", "007", "7 ", " 7", "+7", "-1", "1e3", "0x10", "7n", "٣"],
  ...["9007199254740991", "9007199254740992", "9007199254740993", "7\n"],
  ...[`${"0".repeat(400)}7`, "9".repeat(400), "unknown", "null", "a|b|1"],
  ...["\u0000", "a\u0000b", "\ud83d", "\udc4b", "\u{1f44b}", "\ufeff", "\r"],
  ...["turn.user_message", "response.output_item.done", "turn.delta"],
  ...["turn.response.completed", "turn.response.aborted", "interrupted"],
  ...["turn.shutdown_complete"],
  ...["assistant", "message", "output_text", "refusal", "user"],
  ...["data:", "data: [DONE]", "data: {}", "data: data: {}", "{", "[]"],
  ...['{"pid":1}', '{"event":"turn.user_message"}', "__proto__"],
].map((text) => JSON.stringify(text));

const TIMES = [
  ...["2025-11-18T19:26:43", "2025-11-18 19:26:43.1", "2025-11-18T19:26:43Z"],
  ...["2025-11-18T19:26:43.123456789+05:30", "2025-11-18T19:26:43-23:59"],
  ...["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999-23:59"],
  ...["2024-02-29T00:00:00", "0099-01-01T00:00:00.000", "1969-12-31T23:59:59"],
  // No times.
  ...["2025-02-29T00:00:00", "2025-13-01T00:00:00", "2025-00-10T00:00:00"],
  ...["2025-11-18T24:00:00", "2025-11-18T23:59:60", "2025-11-18T19:26"],
  ...["2025-11-18t19:26:43z", "2025-11-18T19:26:43+24:00", "20251118T192643"],
  ...["2025-11-18T19:26:43.", "2025-11-18T19:26:43.1234567890", "1763494003"],
  ...["+002025-11-18T19:26:43", "2025-11-18T19:26:43\n", "2025-11-1٨T19:26:43"],
].map((text) => JSON.stringify(text));

const OTHERS = [
  ...["null", "true", "false", "[]", "{}", "[[]]", "[null]", '[{"text":1}]'],
  ...['{"__proto__":{"event":"turn.user_message","message":"x","pid":1}}'],
  ...['{"constructor":{"prototype":{"sid":"x"}}}', '{"toString":null}'],
  ...['"\\u0041\\', '"\u0001"', '"\t"', "'x'", "undefined", "{a:1}", "[1,]"],
];

/** Texts for a value, JSON or not. */
export const ODD_VALUES = [NUMBERS, STRINGS, TIMES, OTHERS];

/** Names for a member, and those that objects inherit. */
export const ODD_KEYS = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"],
  ...["event", "t", "sid", "pid", "line", "metadata", "type", "message"],
  ...["payload", "item", "role", "content", "text", "turn_id", "cwd"],
  ...["reason", "stop_reason"],
  ...["", "\u0000", "\ud83d", "length", "0", "Event", "sid "],
];

/** What no decoder of UTF-8 takes as it is. */
export const INVALID_UTF8 = [
  ...[[0xff], [0xfe], [0x80], [0xbf], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x91]],
  // Overlong, surrogates, beyond Unicode, five bytes.
  ...[[0xc0, 0xaf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0xbd], [0xed, 0xb1, 0x8b]],
  ...[[0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xc3, 0x28]],
].map((bytes) => Uint8Array.from(bytes));
