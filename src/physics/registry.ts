import { ConfigError } from "../util/errors.js";
import { didYouMean } from "../util/suggest.js";
import type { Detector } from "./detector.js";
import { clasToy } from "./detectors/clas-toy.js";
import { clasToyPairs } from "./detectors/clas-toy-pairs.js";
import type { Process } from "./process.js";
import { gun } from "./processes/gun.js";
import { photoproduction } from "./processes/photoproduction.js";

export const processes: readonly Process[] = [photoproduction, gun];

export const detectors: readonly Detector[] = [clasToy, clasToyPairs];

/** Finds a process. @throws ConfigError naming the nearest. */
export function findProcess(name: string): Process {
  return find("process", processes, name);
}

/** Finds a toy detector. @throws ConfigError naming the nearest. */
export function findDetector(name: string): Detector {
  return find("detector", detectors, name);
}

function find<T extends { name: string }>(kind: string, all: readonly T[], name: string): T {
  const found = all.find((item) => item.name === name);
  if (found !== undefined) return found;
  const names = all.map((item) => item.name);
  throw new ConfigError(
    `${kind}: unknown; expected one of ${names.join(", ")}, got "${name}".${didYouMean(name, names)}`,
  );
}
