/**
 * The types of {@linkcode parseArgs}: its options, and its result that depends
 * on them.
 *
 * @module
 */

/** One name or many. */
export type Names<T extends string> = T | readonly T[];

/** The other names of each name. */
export type Aliases = Record<string, string | readonly string[]>;

/** The options of the command line, and their properties. */
export interface ParseOptions<
  B extends string,
  S extends string,
  C extends string,
  N extends string,
  D extends Record<string, unknown>,
  A extends Aliases,
  R extends boolean,
> {
  /** Put the arguments that follow `--` under that name, not into `_`. */
  "--"?: R;
  /** Other names of options; all names of an option are set together. */
  alias?: A;
  /** Options without a value; `false` if not given. */
  boolean?: Names<B>;
  /** Options whose value stays text. With `"_"`, positionals do too. */
  string?: Names<S>;
  /** Options that may be repeated, and have a list of values. */
  collect?: Names<C>;
  /** Options that `--no-NAME` sets to `false`. */
  negatable?: Names<N>;
  /** The values of options that are not given. */
  default?: D;
  /** Take all arguments from the first positional as positionals. */
  stopEarly?: boolean;
  /**
   * Called for each undeclared option, with its key and value, and for each
   * positional. If it returns `false`, the argument is dropped.
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
  // Without declared options the types are unknown.
  // deno-lint-ignore no-explicit-any
  ? Record<string, any>
  : Record<string, unknown> & WithAliases<Declared<B, S, C, N, D>, A>;

/** The result of {@linkcode parseArgs}. */
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
      /** The arguments that follow `--`. */
      "--": string[];
    }
    : unknown);
