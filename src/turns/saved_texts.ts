/**
 * Texts of turns in what decoders saved.
 *
 * @module
 */

/** The member in which a decoder saves a text of the log. */
const MEMBER = "text";

/**
 * The state of a decoder without some texts of turns, as far as it has them in
 * members named `text`, whole or in pieces; these become empty.
 *
 * @param saved What the decoder saved: JSON, or it is returned as it is.
 * @param asStored What a text of the log is in `texts`.
 */
export function withoutTexts(
  saved: string,
  texts: readonly string[],
  asStored = (text: string) => text,
): string {
  const isErased = (logged: string) => {
    const text = asStored(logged);
    return text !== "" &&
      texts.some((erased) =>
        erased !== "" && (erased.includes(text) || text.includes(erased))
      );
  };
  let state: unknown;
  try {
    state = JSON.parse(saved);
  } catch {
    // No decoder of this version saves that.
    return saved;
  }
  let hasChanged = false;
  const rest = JSON.stringify(state, (name, value) => {
    if (name !== MEMBER || typeof value !== "string" || !isErased(value)) {
      return value;
    }
    hasChanged = true;
    return "";
  });
  return hasChanged ? rest : saved;
}
