/** @file How the field names lists of one collection, and the numbers of their entries: `Jet_pt`, `Jet_eta`, `nJet`. */

/** What stands before the first "_" or "." of a name, or undefined. */
export function prefixOf(name: string): string | undefined {
  return /^([^_.]+)[_.]/.exec(name)?.[1];
}

/** Names of columns that may count the entries of a list: `nJet`, `NJet`, `Jet_size` for `Jet_pt`, or `nJet_pt`. */
export function counterNames(list: string): string[] {
  const prefix = prefixOf(list);
  const own = [`n${list}`, `N${list}`, `${list}_size`];
  return prefix === undefined ? own : [`n${prefix}`, `N${prefix}`, `${prefix}_size`, ...own];
}
