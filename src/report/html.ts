/**
 * HTML, made of texts that a log may contain.
 *
 * @module
 */

import { visible } from "../terminal/visible.ts";
import { cut } from "../terminal/text.ts";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * A text in one line, safe in an element and in an attribute in quotes. What
 * could change what is around it is left out, as on a terminal.
 */
export function escape(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * The beginning of a text, as {@linkcode escape} returns it.
 *
 * @param width How much of it, in columns of a terminal.
 */
export function excerpt(text: string | null, width: number): string {
  return escape(cut(visible(text ?? ""), width));
}

/** An escaped text that is read in its own direction. */
export function isolated(html: string): string {
  return `<bdi>${html}</bdi>`;
}

/** A column of a table. */
interface HtmlColumn {
  title: string;
  /** Numbers are aligned at the right. */
  isNumber?: boolean;
  /** Whether it takes the rest of the width, and may be wrapped. */
  isWide?: boolean;
}

/**
 * A table in a box that scrolls where it is too wide.
 *
 * @param caption What it shows; HTML, as are the cells.
 * @param stacks Whether a row becomes several lines on a phone. It keeps its
 * roles, which browsers derive from how it looks.
 */
export function htmlTable(
  caption: string,
  columns: readonly HtmlColumn[],
  rows: readonly (readonly string[])[],
  stacks = false,
): string {
  const role = (name: string) => stacks ? ` role="${name}"` : "";
  const classOf = ({ isNumber, isWide }: HtmlColumn) =>
    isNumber ? ' class="n"' : isWide ? ' class="w"' : "";
  const head = columns.map((column) =>
    `<th scope="col"${role("columnheader")}${
      classOf(column)
    }>${column.title}</th>`
  );
  const body = rows.map((cells) => {
    const all = cells.map((cell, i) =>
      i === 0
        ? `<th scope="row"${role("rowheader")}${
          classOf(columns[i])
        }>${cell}</th>`
        : `<td${role("cell")}${classOf(columns[i])}>${cell}</td>`
    );
    return `<tr${role("row")}>${all.join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${
    stacks ? ' class="stack" role="table"' : ""
  }>
<caption>${caption}</caption>
<thead${role("rowgroup")}><tr${role("row")}>${head.join("")}</tr></thead>
<tbody${role("rowgroup")}>
${body.join("\n")}
</tbody></table></div>`;
}

/** A section with its heading; what it holds is HTML. */
export function section(id: string, title: string, content: string): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>`;
}

/** A table below a chart, closed until it is wanted: the same as numbers. */
export function dataTable(table: string): string {
  return `<details><summary>The numbers</summary>\n${table}\n</details>`;
}
