/** @file Text that is safe inside HTML. */

/** Markup that needs no more escaping. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | undefined | false | readonly Part[];

/** Template tag: escapes every inserted string or number; inserts markup and lists of markup as they are. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0];
  for (let i = 0; i < parts.length; i++) text += toText(parts[i]) + strings[i + 1];
  return new Markup(text);
}

function toText(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(toText).join("");
  return escapeHtml(String(part));
}

/** Escapes text for element content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** JSON that can stand in a script element: no `<` and no line separators are left in it. */
export function scriptJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Markup(text);
}

/** JavaScript that can stand in a script element: what would end the element, or hide its end, is escaped. */
export function scriptCode(code: string): Markup {
  const text = code.replace(/^\/\/# sourceMappingURL=.*$/gm, "").replace(/<(\/script|!--)/gi, "<\\$1");
  return new Markup(text);
}

/** Makes a string fit for an `id` attribute; different strings stay different. */
export function idOf(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, (c) => `.${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
