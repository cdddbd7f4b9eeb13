import { expect, test } from "vitest";
import * as browser from "../../src/index.js";
import * as node from "../../src/node.js";

test("the public names are these, and no others", () => {
  expect(Object.keys(browser).sort()).toMatchSnapshot();
});

test("Node adds files and threads", () => {
  const added = Object.keys(node).filter((name) => !(name in browser));
  expect(added.sort()).toMatchSnapshot();
});
