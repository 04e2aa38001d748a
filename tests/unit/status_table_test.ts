import { assertEquals } from "@std/assert";
import { type Cell, type Column, table } from "../../src/terminal/table.ts";

const RED = 31;
const COLUMNS: Column[] = [{}, { align: "right" }, { keep: "end" }];

function lines(rows: Cell[][], width = Infinity, color = false): string[] {
  return table(COLUMNS, rows, { width, color });
}

Deno.test("table aligns columns, also with wide characters", () => {
  const rows = [["a", "1", "x"], ["日本", "22", "y"], ["e\u0301", "333", "z"]];
  assertEquals(lines(rows), [
    "a       1  x",
    "日本   22  y",
    "e\u0301     333  z",
  ]);
});

Deno.test("table writes no trailing blanks", () => {
  assertEquals(lines([["a", "1", ""], ["b"], ["c", "10", "x"]]), [
    "a   1",
    "b",
    "c  10  x",
  ]);
});

Deno.test("table shortens texts that do not fit, and leaves out columns without room", () => {
  const rows = [["abc", "12", "/var/log"], ["d", "3", "/x"]];
  assertEquals(lines(rows, 13), ["abc  12  …log", "d     3  /x"]);
  assertEquals(lines(rows, 10), ["abc  12  …", "d     3  …"]);
  assertEquals(lines(rows, 9), ["abc  12", "d     3"]);
  assertEquals(lines(rows, 6), ["abc  …", "d    3"]);
  assertEquals(lines(rows, 2), ["a…", "d"]);
  assertEquals(lines(rows, 0), ["", ""]);
});

Deno.test("table colours texts but not their padding, and only on request", () => {
  const rows = [[{ text: "ab", color: RED }, { text: "1", color: RED }], [
    "abc",
    "22",
  ]];
  assertEquals(lines(rows, Infinity, true), [
    "\x1b[31mab\x1b[0m    \x1b[31m1\x1b[0m",
    "abc  22",
  ]);
  assertEquals(lines(rows), ["ab    1", "abc  22"]);
  // A shortened text keeps its colour; a column that is left out has none.
  assertEquals(lines(rows, 2, true), ["\x1b[31mab\x1b[0m", "a…"]);
});

Deno.test("table of no rows is no lines", () => {
  assertEquals(lines([]), []);
});
