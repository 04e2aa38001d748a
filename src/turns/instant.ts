/**
 * Parses the timestamps of logs (SPEC section 1, WIRE_FORMAT `t`).
 *
 * @module
 */

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))?$/;

/**
 * Parses a timestamp such as `2025-11-18T19:26:43.256`: with `T` or a blank, a
 * fraction of up to nine digits or none, and `Z`, `±hh:mm` or no zone. A time
 * without a zone is UTC, so that the result does not depend on the time zone of
 * the machine. The result is truncated to milliseconds.
 *
 * @returns Milliseconds since the epoch, or `null` if `text` is not a timestamp.
 */
export function parseInstant(text: string): number | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = ""] = match;
  const date = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(+year, +month - 1, +day);
  date.setUTCHours(
    +hour,
    +minute,
    +second,
    +fraction.padEnd(3, "0").slice(0, 3),
  );
  // A Date carries a value that is out of range over into the next unit.
  const inRange = date.getUTCMonth() === +month - 1 &&
    date.getUTCDate() === +day && date.getUTCHours() === +hour &&
    date.getUTCMinutes() === +minute && date.getUTCSeconds() === +second;
  if (!inRange) return null;
  const [sign, zoneHour, zoneMinute] = match.slice(8);
  if (sign === undefined) return date.getTime();
  if (+zoneHour > 23 || +zoneMinute > 59) return null;
  const offset = (+zoneHour * 60 + +zoneMinute) * 60_000;
  return date.getTime() - (sign === "-" ? -offset : offset);
}
