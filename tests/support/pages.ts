/**
 * The pages for people, and the examples in them, which tests compare with the
 * program.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { DIALECTS } from "../../src/dialect/dialects.ts";

/** A page in Markdown. */
export interface Page {
  /** From the root of the repository. */
  path: string;
  text: string;
}

/** The pages, the README first. */
export const PAGES: readonly Page[] = [
  "README.md",
  "CHANGELOG.md",
  ".github/ARCHITECTURE.md",
  ".github/CONTRIBUTING.md",
  ".github/SECURITY.md",
  "tools/bench/README.md",
  "tools/build/licenses/README.md",
  "tools/examples/README.md",
  ...DIALECTS.map(({ name }) => `src/dialect/${name}/README.md`),
].map((path) => ({ path, text: Deno.readTextFileSync(path) }));

/** The README's text. */
export const README: string = PAGES[0].text;

/** The text of the page at a path. */
export function page(path: string): string {
  return PAGES.find((page) => page.path === path)!.text;
}

/** The text of the page of examples. */
export const EXAMPLES: string = page("tools/examples/README.md");

/** A command in a page, and what is shown of its output. */
export interface Shown {
  /** The path of the page. */
  path: string;
  command: string;
  output: string;
  /** The commands before it in the same block. */
  before: string[];
}

/** The blocks of a text in one language, without their fences. */
export function blocks(text: string, language: string): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms");
  return [...text.matchAll(fenced)].map(([, block]) => block);
}

/**
 * The commands that the pages show with their output.
 *
 * @param prompt What precedes them: `$`, or `#` for those of root.
 */
export function shown(prompt: "$" | "#"): Shown[] {
  return PAGES.flatMap((page) => shownIn(page, prompt));
}

function shownIn({ path, text }: Page, prompt: "$" | "#"): Shown[] {
  return blocks(text, "console").flatMap((block) => {
    const before: string[] = [];
    const parts = block.split(new RegExp(`^\\${prompt} `, "m"));
    return parts.slice(1).map((part) => {
      const [command, ...lines] = part.split("\n");
      before.push(command);
      const output = lines.join("\n");
      return { path, command, output, before: before.slice(0, -1) };
    });
  });
}

/** A link in a page to a file of the repository. */
export interface Link {
  /** As the page has it. */
  target: string;
  /** The path of the file from the root of the repository. */
  path: string;
  /** The heading that it leads to, as an anchor; empty if it leads to none. */
  anchor: string;
}

/** The links of a page to files of the repository, and to its own headings. */
export function linksIn({ path, text }: Page): Link[] {
  const targets = [...prose(text).matchAll(/\]\(<?([^)\s>]+)>?\)/g)];
  return targets.map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file, anchor = ""] = target.split("#");
      const linked = file === "" ? path : join(dirname(path), file);
      return { target, path: linked, anchor };
    });
}

/** The anchors of a text's headings, as GitHub makes them. */
export function anchorsIn(text: string): string[] {
  const headings = [...prose(text).matchAll(/^#+ (.*)$/gm)];
  const anchors = headings.map(([, heading]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(
      " ",
      "-",
    )
  );
  return anchors.map((anchor, i) => {
    const before = anchors.slice(0, i).filter((it) => it === anchor).length;
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** A text without its blocks of code. */
function prose(text: string): string {
  return text.replace(/^```.*?^```/gms, "");
}

/**
 * A pattern of the outputs that are shown so: `…` alone in a line stands for
 * lines that are left out, and ages are ignored. Nothing shown is no output.
 */
export function patternOf(output: string): RegExp {
  const text = output.trimEnd();
  const lines = text === ""
    ? []
    : text.split("\n").map((line) =>
      line === "…"
        ? "(?:.*\\n)*?"
        : withoutAges(line).replace(/[^\w\s]/g, "\\$&") + "\\n"
    );
  return new RegExp(`^${lines.join("")}$`);
}

/** An output without the ages of turns, and their padding in tables. */
export function withoutAges(text: string): string {
  return text.replace(/ +[\d,]+ d(?= {2}| ago)/g, " AGE").replace(
    / +age /g,
    " AGE ",
  );
}
