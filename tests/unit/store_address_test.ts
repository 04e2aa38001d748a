import { assertEquals } from "@std/assert";
import { isPostgres, nameOf } from "../../src/store/open.ts";

Deno.test("SPEC 11: what libpq takes is an address, other names are files", () => {
  const addresses = [
    ...["postgres://", "postgres://u@h:1/db?x=y", "postgresql:///turns"],
    ...["service=turns", "host=/tmp dbname=x", " dbname = x", "user=me"],
  ];
  const files = [
    ...[
      "turns.db",
      "./host=x",
      "/tmp/postgres://x",
      "postgres:turns",
      "a=b.db",
    ],
    ...["postgres", "hosts=x", "file:turns.db", "POSTGRES://x"],
  ];
  assertEquals(addresses.filter((it) => !isPostgres(it)), []);
  assertEquals(files.filter(isPostgres), []);
});

Deno.test("SPEC 11: an address is named without its passwords", () => {
  const names = {
    "turns.db": "turns.db",
    "password=x.db": "password=x.db",
    "postgres://me@db.example:5432/turns":
      "postgres://me@db.example:5432/turns",
    "postgres://me:secret@db/turns": "postgres://me@db/turns",
    "postgres://me:se@c:ret@db/turns": "postgres://me@db/turns",
    "postgres://me:sec/ret@db/turns": "postgres://me@db/turns",
    "postgresql://:secret@/turns": "postgresql://@/turns",
    "postgres://db/turns?password=secret": "postgres://db/turns",
    "postgres://db/turns?password=secret&sslmode=require":
      "postgres://db/turns?sslmode=require",
    "postgres://db/t?sslmode=require&sslpassword=secret&user=u":
      "postgres://db/t?sslmode=require&user=u",
    "host=db password=secret dbname=t": "host=db dbname=t",
    "host=db password = 'se cr\\'et' dbname=t": "host=db dbname=t",
    "host=db password='secret dbname=t": "host=db",
    "host=db password=se\\ cret dbname=t": "host=db dbname=t",
    "host=db dbname=t password=secret": "host=db dbname=t",
    "user=password dbname=t": "user=password dbname=t",
  };
  const { "password=x.db": _, ...rest } = names;
  for (const [address, name] of Object.entries(rest)) {
    assertEquals(nameOf(address).replace(/ +/g, " "), name);
  }
});
