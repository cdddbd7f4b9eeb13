import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function pages(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const nested = ["docs", "bench", "validation", "examples"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))),
  );
  return [...top, ...nested.filter((name) => name.endsWith(".md"))];
}

const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

test("every link and picture in the pages leads somewhere", () => {
  const broken: string[] = [];
  for (const page of pages()) {
    const text = readFileSync(join(ROOT, page), "utf8").replace(/```[\s\S]*?```/g, "");
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:)/.test(link)) continue;
      const [path, anchor] = link.split("#");
      const target = path === "" ? join(ROOT, page) : resolve(join(ROOT, dirname(page)), path);
      const headings = () => [...readFileSync(target, "utf8").matchAll(/^#+ (.+)$/gm)].map((match) => slug(match[1]));
      if (!existsSync(target) || (anchor !== undefined && !headings().includes(anchor)))
        broken.push(`${page}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
});
