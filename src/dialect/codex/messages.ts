/**
 * The texts in a rollout, and which of them a person wrote.
 *
 * @module
 */

import { joinParts, messageText, readObject, readText } from "../fields.ts";
import type { Json } from "../json.ts";

/** What the text of a message that no person wrote begins with. */
const INJECTED = [
  ...["<environment_context>", "<user_instructions>", "<hook_prompt"],
  "<send_user_message_question_reply>",
];
/** In messages for the model, which repeat what was injected, this too. */
const INSTRUCTIONS = "# AGENTS.md instructions";
const TEXT_TYPES = ["text", "Text", "input_text", "output_text"];
/** The kind of a text that a person typed; others are those of images and files. */
const USER_TEXT = "user.text";

/**
 * The text of a `user_message`; `null` if no person wrote it.
 *
 * @throws {Undecodable} Where it has none.
 */
export function readUserMessage({ message, kind }: Json): string | null {
  const text = messageText(message);
  const isPlain = typeof kind !== "string" || kind === "plain";
  return isPlain && !isInjected(text) ? text : null;
}

/** Whether a message was copied from the session that began this one. */
export function isInherited({ metadata }: Json): boolean {
  return readObject(metadata).inherited_user_message === true;
}

/** The turn that the payload of a line names; `null` if it names none. */
export function readTurnId(payload: Json): string | null {
  return readText(payload.turn_id) ?? readText(passthroughOf(payload).turn_id);
}

/** The text of an item `UserMessage`; `null` if no person wrote it. */
export function readUserItem({ content }: Json): string | null {
  const text = joinParts(content, TEXT_TYPES);
  return isInjected(text) || text.startsWith(INSTRUCTIONS) ? null : text;
}

/**
 * The text that a person wrote in a message for the model, by the kinds of its
 * parts; `null` if there is none.
 */
export function readUserResponse(payload: Json): string | null {
  const { role, content } = payload;
  const kinds = passthroughOf(payload).content_item_kinds;
  if (role !== "user" || !Array.isArray(kinds)) return null;
  const isByUser = (kind: unknown) =>
    typeof kind === "string" && kind.startsWith("user.");
  if (!kinds.some(isByUser)) return null;
  // Where there is not a kind for each part, it is the whole message's.
  const isOfPart = Array.isArray(content) && content.length === kinds.length;
  return readUserItem({
    content: isOfPart
      ? content.filter((_, i) => kinds[i] === USER_TEXT)
      : content,
  });
}

/**
 * The text of an `agent_message`; `null` if it is empty.
 *
 * @throws {Undecodable} Where it has none.
 */
export function readAgentMessage({ message }: Json): string | null {
  return messageText(message) || null;
}

/** The text of an item of the model; `null` if it is not an answer. */
export function readAnswerItem(item: Json): string | null {
  if (item.type === "Plan") return readText(item.text);
  return readText(joinParts(item.content, TEXT_TYPES));
}

function isInjected(text: string): boolean {
  return INJECTED.some((head) => text.startsWith(head));
}

function passthroughOf(payload: Json): Json {
  return readObject(payload.internal_chat_message_metadata_passthrough);
}
