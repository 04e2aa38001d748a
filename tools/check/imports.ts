/**
 * Checks the directions of imports: only the arrows of a table, and no circle.
 * Imports of types count as others do.
 *
 * @module
 */

/** An import of one module of the repository by another. */
interface Import {
  from: string;
  to: string;
}

/** What imports are held to. */
export interface Rules {
  /** The rooms that each room may import; a name covers all that is in it. */
  arrows: Record<string, readonly string[]>;
  /** Imports against the arrows that are accepted for now. */
  known: readonly string[];
}

/** An import or an export from elsewhere, at the beginning of a line. */
const STATEMENT =
  /^(?:import|export)\s(?:[^;"']*?\sfrom\s)?"([^"]+)"|^(?!\s*(?:\*|\/\/)).*?\bimport\("([^"]+)"/gm;

/**
 * One sentence for each import that the rules forbid, for each known one that is
 * gone, and for each circle.
 *
 * @param sources The text of each module, by its path from the root.
 */
export function checkImports(
  sources: ReadonlyMap<string, string>,
  { arrows, known }: Rules,
): string[] {
  const imports = [...sources].flatMap(([from, text]) => importsOf(from, text));
  const unknown = imports.filter((it) => !known.includes(nameOf(it)));
  const broken = [
    ...imports.filter((it) => !isAllowed(it, arrows)),
    ...imports
      .filter((it) => circleOf(it, imports) !== undefined),
  ].map(nameOf);
  return [
    ...unknown.filter((it) => !isAllowed(it, arrows))
      .map((it) => complain(it, arrows)),
    ...circlesOf(unknown).map((circle) =>
      `${circle.join(" imports ")}: no module may import itself through others`
    ),
    ...known.filter((name) => !broken.includes(name))
      .map((name) => `KNOWN lists "${name}", which is mended: remove it`),
  ];
}

function importsOf(from: string, text: string): Import[] {
  const specifiers = [...text.matchAll(STATEMENT)].map(([, a, b]) => a ?? b);
  const paths = specifiers.filter((it) => it.startsWith("."))
    .map((specifier) => resolve(from, specifier));
  return [...new Set(paths)].map((to) => ({ from, to }));
}

/** The path that a relative specifier means in a module. */
function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

function nameOf({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

function isAllowed({ from, to }: Import, arrows: Rules["arrows"]): boolean {
  const room = roomOf(from, arrows);
  if (room === undefined) return false;
  return roomOf(to, arrows) === room ||
    arrows[room].some((allowed) => isIn(to, allowed));
}

/** The longest name of a room that a path begins with. */
function roomOf(path: string, arrows: Rules["arrows"]): string | undefined {
  return Object.keys(arrows).filter((room) => isIn(path, room))
    .sort((a, b) => b.length - a.length)[0];
}

function isIn(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`);
}

function complain({ from, to }: Import, arrows: Rules["arrows"]): string {
  const room = roomOf(from, arrows);
  if (room === undefined) {
    return `${from} imports ${to}, but is in no room of ARROWS: add its room`;
  }
  const allowed = arrows[room].join(", ") || "no other room";
  return `${from} may not import ${to}: ${room} may import ${allowed}`;
}

/** Each circle once, whichever of its imports it was found by. */
function circlesOf(imports: readonly Import[]): string[][] {
  const circles = new Map<string, string[]>();
  for (const it of imports) {
    const circle = circleOf(it, imports);
    if (circle === undefined) continue;
    const members = [...new Set(circle)].sort().join();
    if (!circles.has(members)) circles.set(members, circle);
  }
  return [...circles.values()];
}

/** The shortest circle that an import is part of, if any. */
function circleOf(
  { from, to }: Import,
  imports: readonly Import[],
): string[] | undefined {
  const paths = [[from, to]];
  const seen = new Set<string>();
  for (const path of paths) {
    const last = path.at(-1)!;
    if (last === from) return path;
    if (seen.has(last)) continue;
    seen.add(last);
    for (const next of imports) {
      if (next.from === last) paths.push([...path, next.to]);
    }
  }
}
