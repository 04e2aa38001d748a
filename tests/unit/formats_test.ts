import { assertEquals } from "@std/assert";
import { formats } from "../../src/cli/formats.ts";
import { DIALECTS } from "../../src/dialect/dialects.ts";
import { toy } from "../support/toy_dialect.ts";

Deno.test("formats lists each dialect and each of its places, in columns", () => {
  const [head, ...lines] = formats().trimEnd().split("\n");
  const expected = DIALECTS.flatMap(({ name, title, places, variable }) =>
    places.map((place, i) =>
      i === 0
        ? [name, title, place, ...(variable ? [`$${variable}`] : [])]
        : ["", place]
    )
  );
  assertEquals(lines.map((line) => line.split(/ {2,}/)), expected);
  const files = head.indexOf("FILES");
  const places = DIALECTS.flatMap(({ places }) => places);
  assertEquals(lines.map((line, i) => line.indexOf(places[i], files)), [
    ...places.map(() => files),
  ]);
});

Deno.test("formats lists a dialect that is added to the table", () => {
  DIALECTS.push(toy);
  try {
    const last = formats().trimEnd().split("\n").at(-1)!;
    assertEquals(last.split(/ {2,}/), ["toy", toy.title, ...toy.places]);
  } finally {
    DIALECTS.pop();
  }
});
