/**
 * How databases are named on the command line: by the path of an SQLite file,
 * or by what libpq takes (SPEC section 11).
 *
 * @module
 */

/** What a libpq string of `key=value` pairs begins with; a file of such a name is `./host=x`. */
const KEYWORD =
  /^\s*(service|host|hostaddr|port|dbname|user|password|passfile|sslmode|options|application_name|connect_timeout|target_session_attrs)\s*=/;

const URL_SCHEME = /^postgres(ql)?:\/\//;

/** Whether an address names a PostgreSQL database, not a file. */
export function isPostgres(address: string): boolean {
  return URL_SCHEME.test(address) || KEYWORD.test(address);
}

/** The password before the last `@` of a URL. */
const URL_PASSWORD = /^(postgres(?:ql)?:\/\/[^:@/?]*):.*@/s;
const SECRET_PARAMETER =
  /([?&])(?:password|sslpassword|scram_\w+|oauth_client_secret)=[^&]*/g;
const SECRET_PAIR =
  /(^|\s)(?:password|sslpassword|scram_\w+|oauth_client_secret)\s*=\s*(?:'(?:\\.|[^'\\])*'?|(?:\\.|[^\s\\])*)/gs;

/** A database as messages name it: `database "turns.db"`. */
export function databaseNamed(address: string): string {
  return `database ${JSON.stringify(nameOf(address))}`;
}

/** An address as people see it: without a password. */
export function nameOf(address: string): string {
  if (!isPostgres(address)) return address;
  if (!URL_SCHEME.test(address)) {
    return address.replace(SECRET_PAIR, "$1").trim();
  }
  return address.replace(URL_PASSWORD, "$1@")
    .replace(SECRET_PARAMETER, "$1").replace(/&{2,}/g, "&")
    .replace("?&", "?").replace(/[?&]$/, "");
}
