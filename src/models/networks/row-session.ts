/** @file A model over rows, run within the calling thread: for work that is shared out among threads chunk by chunk. */
import { anyRuntime, type Runtime, type Session, type Value } from "../../engine/index.js";
import { ConfigError } from "../../util/errors.js";

/** A table of the model: its name and number of columns. */
export interface SessionTable {
  readonly name: string;
  readonly columns: number;
}

export interface RowSessionSpec {
  /** ONNX file whose inputs and outputs all have one row an event. */
  readonly bytes: Uint8Array;
  readonly inputs: readonly SessionTable[];
  readonly outputs: readonly SessionTable[];
}

/** Rows that are worked on at once. */
const PART = 1024;

/**
 * A model over rows, on one thread. Rows always go through in parts of one size, the last filled up with rows of zeros:
 * a row's results are the same bits whichever rows stand beside it, and however many there are.
 */
export class RowSession {
  readonly #spec: RowSessionSpec;
  readonly #session: Session;
  readonly #feeds: Readonly<Record<string, Value>>;
  readonly #into: Readonly<Record<string, Value>>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(spec: RowSessionSpec, session: Session) {
    const tables = (list: readonly SessionTable[]): Record<string, Value> =>
      Object.fromEntries(
        list.map(({ name, columns }): [string, Value] => [
          name,
          { dtype: "float32", shape: [PART, columns], data: new Float32Array(PART * columns) },
        ]),
      );
    this.#spec = spec;
    this.#session = session;
    this.#feeds = tables(spec.inputs);
    this.#into = tables(spec.outputs);
  }

  /**
   * Loads a model.
   * @param runtime Where it runs (default: natively in Node, as WebAssembly in browsers).
   * @throws DataError where the bytes are no model.
   */
  static async open(spec: RowSessionSpec, runtime?: Runtime): Promise<RowSession> {
    const chosen = runtime ?? (await anyRuntime());
    return new RowSession(spec, await chosen.load(Uint8Array.from(spec.bytes), { threads: 1 }));
  }

  /**
   * Applies the model. Calls wait for each other.
   * @param inputs Tables [rows, columns] by name, row after row.
   * @returns Outputs [rows, columns] by name.
   * @throws ConfigError where a table is missing or its length does not fit.
   */
  run(inputs: Readonly<Record<string, Float32Array>>, rows: number): Promise<Record<string, Float32Array>> {
    const next = this.#last.then(() => this.#run(inputs, rows));
    this.#last = next.catch(() => {});
    return next;
  }

  async #run(inputs: Readonly<Record<string, Float32Array>>, rows: number): Promise<Record<string, Float32Array>> {
    for (const { name, columns } of this.#spec.inputs) {
      const data = inputs[name];
      if (data?.length === rows * columns) continue;
      throw new ConfigError(
        `model: input "${name}" does not fit; expected ${rows} rows of ${columns} numbers, got ${data === undefined ? "none" : `${data.length} numbers`}.`,
      );
    }
    const outputs = Object.fromEntries(
      this.#spec.outputs.map(({ name, columns }) => [name, new Float32Array(rows * columns)]),
    );
    for (let start = 0; start < rows; start += PART) {
      const end = Math.min(rows, start + PART);
      for (const { name, columns } of this.#spec.inputs) {
        const data = this.#feeds[name].data as Float32Array;
        data.set(inputs[name].subarray(start * columns, end * columns));
        data.fill(0, (end - start) * columns);
      }
      const results = await this.#session.run(this.#feeds, this.#into);
      for (const { name, columns } of this.#spec.outputs) {
        const data = results[name].data as Float32Array;
        outputs[name].set(data.subarray(0, (end - start) * columns), start * columns);
      }
    }
    return outputs;
  }

  close(): Promise<void> {
    return this.#last.then(() => this.#session.close());
  }
}
