/**
 * An envelope taken apart down to the JSON inside its strings, so that any part
 * of it can be replaced by what no JSON writer would write.
 *
 * @module
 */

/** A value: members or items, text with JSON in it, or raw text. */
export type Node =
  | { members: [key: string, value: Node][] }
  | { items: Node[] }
  | { prefix: string; json: Node }
  | { raw: string };

/** Takes a value apart. */
export function toNode(value: unknown): Node {
  if (typeof value === "string") {
    const [, prefix, json] = /^(data: ?)?(\{.*\})$/s.exec(value) ?? [];
    if (json === undefined) return { raw: JSON.stringify(value) };
    try {
      return { prefix: prefix ?? "", json: toNode(JSON.parse(json)) };
    } catch {
      return { raw: JSON.stringify(value) };
    }
  }
  if (Array.isArray(value)) return { items: value.map(toNode) };
  if (typeof value !== "object" || value === null) {
    return { raw: JSON.stringify(value) };
  }
  const entries = Object.entries(value);
  return { members: entries.map(([key, value]) => [key, toNode(value)]) };
}

/** Puts it together again. */
export function toText(node: Node): string {
  if ("raw" in node) return node.raw;
  if ("json" in node) return JSON.stringify(node.prefix + toText(node.json));
  if ("items" in node) return `[${node.items.map(toText).join(",")}]`;
  const members = node.members.map(([key, value]) =>
    `${JSON.stringify(key)}:${toText(value)}`
  );
  return `{${members.join(",")}}`;
}

/** The objects in it, itself included, at any depth. */
export function objectsIn(node: Node): Node[] {
  const children = "members" in node
    ? node.members.map(([, value]) => value)
    : "items" in node
    ? node.items
    : "json" in node
    ? [node.json]
    : [];
  const inner = children.flatMap(objectsIn);
  return "members" in node ? [node, ...inner] : inner;
}
