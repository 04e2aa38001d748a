/**
 * The types of {@linkcode parseArgs}: what it takes, and what that makes of
 * its result.
 *
 * @module
 */

/** One name or many. */
export type Names<T extends string> = T | readonly T[];

/** For each name the others that mean the same. */
export type Aliases = Record<string, string | readonly string[]>;

/** Which options there are, and how they behave. */
export interface ParseOptions<
  B extends string,
  S extends string,
  C extends string,
  N extends string,
  D extends Record<string, unknown>,
  A extends Aliases,
  R extends boolean,
> {
  /** Put what follows `--` under that name and not into `_`. */
  "--"?: R;
  /** Other names of options; each is set wherever one of them is. */
  alias?: A;
  /** Options without a value, `false` where not given. */
  boolean?: Names<B>;
  /** Options whose value stays text. With `"_"`, positionals do too. */
  string?: Names<S>;
  /** Options that may be given often, and make a list. */
  collect?: Names<C>;
  /** Options that `--no-NAME` sets to `false`. */
  negatable?: Names<N>;
  /** What options are where not given. */
  default?: D;
  /** Take everything from the first positional on as positionals. */
  stopEarly?: boolean;
  /**
   * Is told of each option that is not declared, with its key and value, and
   * of each positional; what it returns `false` for is dropped.
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

type Negated<K, N> = K extends N ? false : never;

/** The declared options, under their own names and without defaults. */
type Declared<
  B extends string,
  S extends string,
  C extends string,
  N extends string,
  D,
> =
  & { [K in B]: K extends C ? boolean[] : boolean }
  & { [K in Exclude<S, C | keyof D>]?: string | Negated<K, N> }
  & { [K in Extract<S, C>]: string[] | Negated<K, N> }
  & {
    [K in Extract<Exclude<S, C>, keyof D>]: string | D[K] | Negated<K, N>;
  }
  & { [K in Exclude<C, B | S>]: unknown[] | Negated<K, N> };

type AliasesOf<K, A> = K extends keyof A ? A[K] extends string ? A[K]
  : A[K] extends readonly string[] ? A[K][number]
  : never
  : never;

type WithAliases<T, A> = {
  [K in keyof T as K | Extract<AliasesOf<K, A>, string>]: T[K];
};

type Values<
  B extends string,
  S extends string,
  C extends string,
  N extends string,
  D,
  A,
> = [B | S | C] extends [never]
  // Nothing is declared, so nothing is known.
  // deno-lint-ignore no-explicit-any
  ? Record<string, any>
  : Record<string, unknown> & WithAliases<Declared<B, S, C, N, D>, A>;

/** What {@linkcode parseArgs} returns. */
export type Args<
  B extends string,
  S extends string,
  C extends string,
  N extends string,
  D,
  A,
  R extends boolean,
> =
  & Values<B, S, C, N, D, A>
  & {
    /** The positionals. */
    _: (string | number)[];
  }
  & (true extends R ? {
      /** What followed `--`. */
      "--": string[];
    }
    : unknown);
