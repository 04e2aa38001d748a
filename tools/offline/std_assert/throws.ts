/**
 * Assertions about thrown errors.
 *
 * @module
 */

import { reject } from "./assertion_error.ts";
import { inline } from "./format.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** The expected error, from the arguments after the function. */
interface Expected<E extends Error> {
  type?: ErrorClass<E>;
  includes?: string;
  msg?: string;
}

function expected<E extends Error>(
  typeOrMsg?: ErrorClass<E> | string,
  includes?: string,
  msg?: string,
): Expected<E> {
  return typeof typeOrMsg === "string"
    ? { msg: typeOrMsg }
    : { type: typeOrMsg, includes, msg };
}

function withoutColor(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[\d;]*m/g, "");
}

function check<E extends Error>(error: unknown, expected: Expected<E>): void {
  const { type, includes, msg } = expected;
  if (type === undefined) return;
  if (!(error instanceof Error)) {
    reject(`Expected an Error to be thrown, got ${inline(error)}`, msg);
  }
  if (!(error instanceof type)) {
    reject(
      `Expected a "${type.name}" to be thrown, got ` +
        `"${error.constructor.name}" with the message ${inline(error.message)}`,
      msg,
    );
  }
  if (
    includes && !withoutColor(error.message).includes(withoutColor(includes))
  ) {
    reject(
      `Expected an error whose message includes ${inline(includes)}, got ` +
        inline(error.message),
      msg,
    );
  }
}

/** Asserts that a function throws, and returns the thrown value. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that a function throws an error of a class, and with a message that
 * includes a text, and returns the error.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  typeOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const want = expected(typeOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    check(error, want);
    return error;
  }
  reject("Expected the function to throw", want.msg);
}

/** Asserts that a promise is rejected, and returns the rejection. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Asserts that a promise is rejected with an error of a class, and with a
 * message that includes a text, and returns the error. A function that throws
 * before it returns a promise fails the assertion.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  typeOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const want = expected(typeOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch (error) {
    reject(
      `Expected a promise that is rejected, but the function itself threw ` +
        inline(error),
      want.msg,
    );
  }
  if (typeof promise?.then !== "function") {
    reject("Expected the function to return a promise", want.msg);
  }
  try {
    await promise;
  } catch (error) {
    check(error, want);
    return error;
  }
  reject("Expected the promise to be rejected", want.msg);
}
