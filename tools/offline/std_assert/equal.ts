/**
 * Equality by structure.
 *
 * @module
 */

type Pairs = Map<object, object>;

/** Classes whose instances are equal if their texts are. */
const COMPARED_BY_TEXT = [RegExp, URL, URLSearchParams];

function samePrototype(a: object, b: object): boolean {
  // An object without a prototype counts as a plain one.
  const prototype = (it: object) =>
    Object.getPrototypeOf(it) ?? Object.prototype;
  return prototype(a) === prototype(b);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ||
    prototype === Array.prototype;
}

/** The members of an object, including those of its classes. */
function members(value: object): Set<PropertyKey> {
  if (isPlain(value)) {
    return new Set(
      Reflect.ownKeys(value).filter((key) =>
        Object.prototype.propertyIsEnumerable.call(value, key)
      ),
    );
  }
  const keys = new Set<PropertyKey>();
  for (
    let it = value;
    it !== null && it !== Object.prototype && it !== Array.prototype;
    it = Object.getPrototypeOf(it)
  ) {
    for (const key of Reflect.ownKeys(it)) keys.add(key);
  }
  return keys;
}

function equalMembers(a: object, b: object, seen: Pairs): boolean {
  const keys = members(a);
  if (keys.symmetricDifference(members(b)).size > 0) return false;
  for (const key of keys) {
    if (!compare(Reflect.get(a, key), Reflect.get(b, key), seen)) return false;
  }
  return true;
}

function bytes(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

/** Elements are numbers: `NaN` equals itself, and `-0` equals `0`. */
function equalElements(a: object, b: object): boolean {
  const isArray = ArrayBuffer.isView(a) && !(a instanceof DataView);
  const left = isArray ? a as Uint8Array : bytes(a as ArrayBuffer);
  const right = isArray ? b as Uint8Array : bytes(b as ArrayBuffer);
  return left.length === right.length &&
    left.every((it, i) => it === right[i] || Object.is(it, right[i]));
}

/** Compares in any order; each entry of `b` matches only one of `a`. */
function equalEntries(
  a: Map<unknown, unknown> | Set<unknown>,
  b: Map<unknown, unknown> | Set<unknown>,
  seen: Pairs,
): boolean {
  if (a.size !== b.size) return false;
  const rest = new Map(b.entries());
  for (const [key, value] of a.entries()) {
    // An identical key makes the search for an equal one unnecessary.
    const candidates: Iterable<[unknown, unknown]> = rest.has(key)
      ? [[key, rest.get(key)]]
      : rest;
    let found = false;
    for (const [otherKey, otherValue] of candidates) {
      found = compare(key, otherKey, seen) && compare(value, otherValue, seen);
      if (found) {
        rest.delete(otherKey);
        break;
      }
    }
    if (!found) return false;
  }
  return true;
}

function equalObjects(a: object, b: object, seen: Pairs): boolean {
  if (!samePrototype(a, b)) return false;
  if (a instanceof Date) {
    return Object.is(a.getTime(), (b as Date).getTime());
  }
  if (COMPARED_BY_TEXT.some((type) => a instanceof type)) {
    return String(a) === String(b);
  }
  if (a instanceof ArrayBuffer || ArrayBuffer.isView(a)) {
    return equalElements(a, b);
  }
  // A cycle: this pair is being compared already, further out.
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Map || a instanceof Set) {
    return equalEntries(a, b as typeof a, seen);
  }
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  return equalMembers(a, b, seen);
}

function compare(a: unknown, b: unknown, seen: Pairs): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return a !== null && b !== null && equalObjects(a, b, seen);
}

/**
 * Whether two values have the same structure. `NaN` equals itself, `-0` equals
 * `0`; an `undefined` member differs from a missing one; errors are equal only
 * if their stacks are.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}
