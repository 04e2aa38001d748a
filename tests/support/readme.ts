/**
 * The examples of the README, which tests compare with the program.
 *
 * @module
 */

/** The README's text. */
export const README = Deno.readTextFileSync("README.md");

/** A command in the README, and what is shown of its output. */
export interface Shown {
  command: string;
  output: string;
  /** The commands before it in the same block. */
  before: string[];
}

/** The blocks of the README in one language, without their fences. */
export function blocks(language: string): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms");
  return [...README.matchAll(fenced)].map(([, block]) => block);
}

/**
 * The commands that the README shows with their output.
 *
 * @param prompt What precedes them: `$`, or `#` for those of root.
 */
export function shown(prompt: "$" | "#"): Shown[] {
  return blocks("console").flatMap((block) => {
    const before: string[] = [];
    const parts = block.split(new RegExp(`^\\${prompt} `, "m"));
    return parts.slice(1).map((part) => {
      const [command, ...lines] = part.split("\n");
      before.push(command);
      return { command, output: lines.join("\n"), before: before.slice(0, -1) };
    });
  });
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

/** An output of `status` without the ages of turns, and their padding. */
export function withoutAges(text: string): string {
  return text.replace(/ +[\d,]+ d(?= {2})/g, " AGE").replace(
    / +age /g,
    " AGE ",
  );
}
