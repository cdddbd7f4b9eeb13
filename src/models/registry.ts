import { ConfigError } from "../util/errors.js";
import { didYouMean } from "../util/suggest.js";
import { factorised } from "./factorised/recipe.js";
import { flow } from "./flow/recipe.js";
import type { Recipe } from "./recipe.js";

/** All methods. */
export const recipes: readonly Recipe[] = [factorised as Recipe, flow as Recipe];

/** Finds a method. @throws ConfigError naming the nearest. */
export function findRecipe(name: string): Recipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found !== undefined) return found;
  const names = recipes.map((recipe) => recipe.name);
  throw new ConfigError(
    `method: unknown; expected one of ${names.join(", ")}, got "${name}".${didYouMean(name, names)}`,
  );
}
