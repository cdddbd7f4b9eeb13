import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../../src/node/folders.js";
import { freshFolder } from "../helpers/cli.js";

const folder = freshFolder();

it("makes a folder with its parents, and takes back what it made while that is empty", async () => {
  mkdirSync(join(folder, "a"));
  const undo = await makeFolder(join(folder, "a/b/c"));
  expect(existsSync(join(folder, "a/b/c"))).toBe(true);
  undo();
  expect(existsSync(join(folder, "a/b"))).toBe(false);
  expect(existsSync(join(folder, "a"))).toBe(true);
  const keep = await makeFolder(join(folder, "d/e"));
  writeFileSync(join(folder, "d/e/f"), "");
  keep();
  expect(existsSync(join(folder, "d/e/f"))).toBe(true);
  (await makeFolder(join(folder, "a")))();
  expect(existsSync(join(folder, "a"))).toBe(true);
});

it.skipIf(!existsSync("/proc/self"))("says so where a folder can hold no others", async () => {
  await expect(makeFolder("/proc/nothing/here")).rejects.toThrow(/^\/proc\/nothing\/here: cannot write: /);
});

it("says so where a part of the path is a file", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeFolder(join(folder, "file/x"))).rejects.toThrow(/a part of its path is a file, not a folder/);
});
