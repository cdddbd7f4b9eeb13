/** @file Brings simulated paired columns back into the form that the user's files have (see objects.ts). */
import { type Column, type EventTable, jaggedColumn } from "./event-table.js";
import { type CollectionObject, type ObjectSpec, paired, slotColumn } from "./objects.js";
import type { PairedTable } from "./pairing.js";

/**
 * Returns the simulated columns under the names of the training file: flat `reco` and `accepted` columns for slots;
 * for collections, lists of the accepted objects in falling order with the link to their true object.
 * @param simulated Paired form with the simulator's output columns.
 * @param pairing What `toPaired` returned for the same events.
 */
export function publish(simulated: EventTable, pairing: PairedTable, objects: readonly ObjectSpec[]): Column[] {
  return objects.flatMap((spec) => {
    if (spec.kind === "collection") return compact(simulated, pairing.entries.get(spec.name) as Int32Array, spec);
    return spec.slots.flatMap((slot) => {
      const rename = (from: string, to: string): Column => {
        const column = simulated.column(from);
        return { ...column, field: { ...column.field, name: to } };
      };
      const columns = [
        rename(paired.accepted(slot), slotColumn(spec.accepted, slot)),
        ...[...spec.variables, ...(spec.categories ?? [])].map((v) =>
          rename(paired.reco(slot, v.name), slotColumn(v.reco, slot)),
        ),
      ];
      if (simulated.has(paired.acceptance(slot))) columns.push(simulated.column(paired.acceptance(slot)));
      return columns;
    });
  });
}

/** Lists of accepted objects, ordered, from columns aligned with the truth. */
function compact(simulated: EventTable, entries: Int32Array, spec: CollectionObject): Column[] {
  const flag = simulated.column(paired.accepted(spec.name));
  const offsets = flag.offsets as Int32Array;
  const key = simulated.column(paired.reco(spec.name, spec.order)).values as Float32Array;
  const order = new Uint32Array(flag.values.length);
  const compacted = new Int32Array(simulated.length + 1);
  let count = 0;
  for (let event = 0; event < simulated.length; event++) {
    const begin = count;
    for (let k = offsets[event]; k < offsets[event + 1]; k++) if (flag.values[k]) order[count++] = k;
    order.subarray(begin, count).sort((a, b) => key[b] - key[a] || a - b);
    compacted[event + 1] = count;
  }
  const rows = order.subarray(0, count);
  const columns = spec.variables.map((variable) => {
    const source = simulated.column(paired.reco(spec.name, variable.name));
    const values = Float32Array.from(rows, (k) => Number(source.values[k]));
    return jaggedColumn(variable.reco, compacted, values, source.field);
  });
  for (const { name, reco } of spec.categories ?? []) {
    const source = simulated.column(paired.reco(spec.name, name));
    const codes = Int32Array.from(rows, (k) => Number(source.values[k]));
    columns.push(jaggedColumn(reco, compacted, codes, { ...source.field, dtype: "int32" }));
  }
  columns.push(
    jaggedColumn(
      spec.link,
      compacted,
      Int32Array.from(rows, (k) => entries[k]),
    ),
  );
  if (simulated.has(paired.acceptance(spec.name))) {
    const source = simulated.column(paired.acceptance(spec.name));
    const values = Float32Array.from(rows, (k) => Number(source.values[k]));
    columns.push(jaggedColumn(paired.acceptance(spec.name), compacted, values, source.field));
  }
  return columns;
}
