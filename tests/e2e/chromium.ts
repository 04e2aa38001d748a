/**
 * Opens pages in Chromium, without a window.
 *
 * @module
 */

import { TempDir } from "../support/temp.ts";
import { run } from "./program.ts";

/** What a browser made of a page. */
export interface Seen {
  /** What the page measured of itself, as the script returned it. */
  result: unknown;
  /** What the browser reported of it. */
  console: string[];
}

/** How Chromium must start to do nothing but open a page. */
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update"],
  ...["--disable-sync", "--disable-extensions", "--hide-scrollbars"],
  ...["--enable-logging=stderr", "--v=0", "--virtual-time-budget=2000"],
];

/**
 * Opens a page that is framed by another one, whose script then looks at it.
 *
 * @param script The body of a function of the framed document that returns JSON.
 * @param width The width of the frame, in pixels.
 */
export async function look(
  html: string,
  script: string,
  width: number,
): Promise<Seen> {
  using dir = new TempDir();
  const encoded = JSON.stringify(html).replaceAll("<", "\\u003c");
  const frame = dir.write(
    "frame.html",
    `<!DOCTYPE html><meta charset="utf-8">
<iframe width="${width}" height="900" style="border:0"></iframe>
<pre id="result"></pre>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {
  const document_ = frame.contentDocument;
  const result = ((document, window) => { ${script} })(document_, frame.contentWindow);
  document.getElementById("result").textContent = JSON.stringify(result);
};
frame.srcdoc = ${encoded};
</script>`,
  );
  const { stdout, stderr } = await run([
    ...["chromium", ...FLAGS, `--user-data-dir=${dir.file("profile")}`],
    ...["--dump-dom", `file://${frame}`],
  ]);
  const [, text] = /<pre id="result">(.*?)<\/pre>/s.exec(stdout) ?? [];
  if (!text) throw new Error(`Chromium shows no page: ${stderr}`);
  const decoded = text.replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
  const console = stderr.split("\n").filter((line) => line.includes("CONSOLE"));
  return { result: JSON.parse(decoded), console };
}
