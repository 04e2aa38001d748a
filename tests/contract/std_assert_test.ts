/**
 * The behaviour of `@std/assert` on which the tests rely: above all, that its
 * assertions fail.
 *
 * The checks here use plain `throw`s, so that no assertion checks itself.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertExists,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

/** Returns the assertion error that a function throws. */
function failure(fn: () => unknown): AssertionError {
  try {
    fn();
  } catch (error) {
    if (error instanceof AssertionError && error instanceof Error) return error;
    throw error;
  }
  throw new Error(`It did not fail: ${fn}`);
}

async function asyncFailure(fn: () => Promise<unknown>): Promise<void> {
  const error = await fn().then(() => undefined, (error: unknown) => error);
  if (!(error instanceof AssertionError)) {
    throw new Error(`It did not fail: ${fn}`, { cause: error });
  }
}

function same(actual: unknown, expected: unknown): void {
  assertEquals(actual, expected);
  failure(() => assertNotEquals(actual, expected));
}

function different(actual: unknown, expected: unknown): void {
  assertNotEquals(actual, expected);
  assertNotEquals(expected, actual);
  failure(() => assertEquals(actual, expected));
  failure(() => assertEquals(expected, actual));
  failure(() => assertEquals([{ a: actual }], [{ a: expected }]));
}

class Point {
  constructor(public x: number) {}
}

class Other {
  constructor(public x: number) {}
}

Deno.test("assertEquals compares primitives by value, NaN and -0 included", () => {
  same(1, 1);
  same("a", "a");
  same(10n, 10n);
  same(NaN, NaN);
  same(0, -0);
  different(1, 2);
  different(1, "1");
  different(1, 1n);
  different(0, false);
  different(null, undefined);
  different("\u00E9", "e\u0301");
});

Deno.test("assertEquals distinguishes undefined from missing", () => {
  different([undefined], []);
  different({ a: undefined }, {});
  different({ a: undefined }, { b: undefined });
  different(new Map([["a", undefined]]), new Map([["b", undefined]]));
});

Deno.test("assertEquals compares objects and arrays to any depth", () => {
  same({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] });
  different({ a: [1, { b: null }] }, { a: [1, { b: undefined }] });
  different({ a: 1 }, { a: 1, b: 2 });
  different([1, 2], [2, 1]);
  different([1, 2], [1]);
  different([1], { 0: 1 });
  different({}, null);
  different({ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 });
  same(Object.create(null), {});
});

Deno.test("assertEquals compares instances with their class", () => {
  same(new Point(1), new Point(1));
  different(new Point(1), new Point(2));
  different(new Point(1), new Other(1));
  different(new Point(1), { x: 1 });
  different(new Error("a"), new Error("b"));
  different(new Error("a"), new TypeError("a"));
});

Deno.test("assertEquals compares dates, bytes, patterns and addresses", () => {
  same(new Date(5), new Date(5));
  different(new Date(5), new Date(6));
  same(new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1));
  different(new Uint8Array([1, 2]), new Uint8Array([1, 3]));
  different(new Uint8Array([1, 2]), new Uint8Array([1]));
  different(new Uint8Array([1]), [1]);
  different(new Uint8Array([1]), new Int8Array([1]));
  same(/a/g, /a/g);
  different(/a/g, /a/i);
  same(new URL("file:///a"), new URL("file:///a"));
  different(new URL("file:///a"), new URL("file:///b"));
});

Deno.test("assertEquals compares maps and sets in any order", () => {
  same(new Map([[1, "a"], [2, "b"]]), new Map([[2, "b"], [1, "a"]]));
  different(new Map([[1, "a"]]), new Map([[1, "b"]]));
  different(new Map([[1, "a"]]), new Map([[1, "a"], [2, "b"]]));
  same(new Set([1, 2]), new Set([2, 1]));
  different(new Set([1, 2]), new Set([1, 3]));
  different(new Set([1]), [1]);
  same(new Set([{ a: 1 }]), new Set([{ a: 1 }]));
  different(new Set([{ a: 1 }]), new Set([{ a: 2 }]));
  same(new Map([[{ a: 1 }, [1]]]), new Map([[{ a: 1 }, [1]]]));
  different(new Map([[{ a: 1 }, [1]]]), new Map([[{ a: 1 }, [2]]]));
});

Deno.test("assertEquals compares cyclic objects", () => {
  const ring = (n: number) => {
    const it: Record<string, unknown> = { n };
    it.self = it;
    return it;
  };
  assertEquals(ring(1), ring(1));
  failure(() => assertEquals(ring(1), ring(2)));
});

Deno.test("assertEquals shows the difference and the caller's message", () => {
  const { name, message } = failure(() =>
    assertEquals({ a: "same", b: "left" }, { a: "same", b: "right" }, "Why")
  );
  assertStrictEquals(name, "AssertionError");
  for (const part of ["same", "left", "right", "Why"]) {
    assertStringIncludes(message, part);
  }
  assertMatch(message, /-\s+b: "left"/);
  assertMatch(message, /\+\s+b: "right"/);
});

Deno.test("assertStrictEquals accepts only the same object", () => {
  const list = [1];
  assertStrictEquals(list, list);
  assertStrictEquals(NaN, NaN);
  failure(() => assertStrictEquals(list, [1]));
  failure(() => assertStrictEquals(0, -0));
  failure(() => assertStrictEquals("1", 1));
});

Deno.test("assertThrows returns the thrown error", () => {
  const error = new TypeError("Cannot do it");
  const fn = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(fn), error);
  const typed: TypeError = assertThrows(fn, TypeError, "do it", "Why");
  assertStrictEquals(typed, error);
  assertThrows(fn, Error);
  failure(() => assertThrows(fn, RangeError));
  failure(() => assertThrows(fn, TypeError, "something else"));
  failure(() => assertThrows(() => {}));
  failure(() => assertThrows(() => {}, Error, "", "Why"));
});

Deno.test("assertThrows accepts a value that is not an Error only without a class", () => {
  const fn = () => {
    throw 5;
  };
  assertStrictEquals(assertThrows(fn), 5);
  failure(() => assertThrows(fn, Error));
});

Deno.test("assertRejects returns the rejection of the promise", async () => {
  const error = new TypeError("Cannot do it");
  const fn = () => Promise.reject(error);
  assertStrictEquals(await assertRejects(fn), error);
  const typed: TypeError = await assertRejects(fn, TypeError, "do it");
  assertStrictEquals(typed, error);
  await asyncFailure(() => assertRejects(fn, RangeError));
  await asyncFailure(() => assertRejects(fn, TypeError, "something else"));
  await asyncFailure(() => assertRejects(() => Promise.resolve()));
});

Deno.test("assertRejects fails if the function itself throws", async () => {
  await asyncFailure(() =>
    assertRejects(() => {
      throw new Error("at once");
    }, Error)
  );
});

Deno.test("assert, assertExists and fail show the caller's message", () => {
  assert(1);
  assertExists(0);
  assertExists("");
  failure(() => assert(0));
  failure(() => assertExists(null));
  failure(() => assertExists(undefined));
  for (
    const fn of [
      () => assert(false, "Why"),
      () => assertExists(null, "Why"),
      () => fail("Why"),
    ]
  ) assertStringIncludes(failure(fn).message, "Why");
});

Deno.test("assertMatch and assertStringIncludes search in texts", () => {
  assertMatch("abc", /B/i);
  assertStringIncludes("abc", "bc");
  failure(() => assertMatch("abc", /B/));
  failure(() => assertStringIncludes("abc", "cb"));
});

Deno.test("assertInstanceOf accepts instances of a class and of its subclasses", () => {
  assertInstanceOf(new TypeError(), Error);
  failure(() => assertInstanceOf(new Error(), TypeError));
  failure(() => assertInstanceOf(null, Error));
});

Deno.test("assertGreater and its variants compare numbers, bigints and texts", () => {
  assertGreater(2, 1);
  assertGreaterOrEqual(2n, 2n);
  assertLess("a", "b");
  assertLessOrEqual(1, 1);
  failure(() => assertGreater(1, 1));
  failure(() => assertGreaterOrEqual(1, 2));
  failure(() => assertLess(1, 1));
  failure(() => assertLessOrEqual(2, 1));
  failure(() => assertLess(NaN, 1));
});
