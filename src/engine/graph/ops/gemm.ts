/** @file Matrix products. */
import { ConfigError } from "../../../util/errors.js";
import { apply, defineOp } from "../op.js";
import { describe, fixedDim, needFloat, needRank, sameType } from "../shape.js";
import { type Attributes, constant, type Tensor } from "../tensor.js";
import { unbroadcast } from "./reduce.js";

export interface GemmOptions {
  /** Use the transpose of the first matrix (default false). */
  readonly transposeA?: boolean;
  /** Use the transpose of the second matrix (default false). */
  readonly transposeB?: boolean;
}

const sides = (x: Tensor, transposed: unknown) =>
  transposed === true ? [x.shape[1], x.shape[0]] : [x.shape[0], x.shape[1]];

const gemmOp = defineOp({
  name: "gemm",
  infer(inputs, { transposeA, transposeB }: Attributes) {
    const [a, b, c] = inputs;
    needFloat("gemm", a);
    needRank("gemm", a, 2);
    needRank("gemm", b, 2);
    const dtype = sameType("gemm", inputs);
    const [rows, inner] = sides(a, transposeA);
    const [innerB, columns] = sides(b, transposeB);
    const note = (transposed: unknown) => (transposed === true ? " transposed" : "");
    if (inner !== innerB) {
      throw new ConfigError(
        `gemm: inner sizes differ; expected [m, k] and [k, n], got ${describe(a)}${note(transposeA)} and ${describe(b)}${note(transposeB)}.`,
      );
    }
    if (c !== undefined && !(c.rank === 1 && c.shape[0] === columns)) {
      throw new ConfigError(`gemm: bias does not fit; expected [${columns}], got ${describe(c)}.`);
    }
    return [{ dtype, shape: [rows, columns] }];
  },
  emit: (emitter, { attributes: { transposeA, transposeB } }, inputs) =>
    emitter.node("Gemm", inputs, { transA: transposeA === true ? 1 : 0, transB: transposeB === true ? 1 : 0 }),
  vjp({ inputs: [a, b, c], outputs: [y], attributes }, [g]) {
    if (g === undefined) return [];
    const transposeA = attributes.transposeA === true;
    const transposeB = attributes.transposeB === true;
    const left = transposeA
      ? gemm(b, g, undefined, { transposeA: transposeB, transposeB: true })
      : gemm(g, b, undefined, { transposeB: !transposeB });
    const right = transposeB
      ? gemm(g, a, undefined, { transposeA: true, transposeB: transposeA })
      : gemm(a, g, undefined, { transposeA: !transposeA });
    return c === undefined ? [left, right] : [left, right, unbroadcast(g, y, c)];
  },
});

/** Product of two matrices, a bias [n] added to each row where one is given. */
export function gemm(a: Tensor, b: Tensor, bias?: Tensor, options: GemmOptions = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  return apply(gemmOp, bias === undefined ? [a, b] : [a, b, bias], { transposeA, transposeB });
}

const rowProductOp = defineOp({
  name: "rowProduct",
  infer: ([x, matrix]) => [
    { dtype: sameType("rowProduct", [x, matrix]), shape: [...x.shape.slice(0, -1), matrix.shape[1]] },
  ],
  emit: (emitter, _, inputs) => emitter.node("MatMul", inputs),
  vjp: ({ inputs: [, matrix] }, [g]) => [g && rowProduct(g, transposed(matrix)), undefined],
});

function transposed(matrix: Tensor): Tensor {
  const [inner, columns] = matrix.shape as readonly number[];
  const data = matrix.leaf?.kind === "constant" ? matrix.leaf.data : [];
  return constant(
    matrix.dtype,
    [columns, inner],
    Float64Array.from({ length: data.length }, (_, k) => data[(k % inner) * columns + Math.floor(k / inner)]),
  );
}

/**
 * Product of each row along the last axis with a matrix of known numbers, as of sums over groups of columns or sums up to
 * a column. Unlike `gemm` it takes tables of any number of axes, and goes row by row for each.
 * @param x [..., k]
 * @param matrix [k, l], a constant: no gradient flows to it.
 * @returns [..., l]
 */
export function rowProduct(x: Tensor, matrix: Tensor): Tensor {
  needFloat("rowProduct", x);
  needRank("rowProduct", matrix, 2);
  if (matrix.leaf?.kind !== "constant") {
    throw new ConfigError(`rowProduct: needs a matrix of known numbers; expected a constant, got ${describe(matrix)}.`);
  }
  if (x.rank < 2 || fixedDim("rowProduct", x, x.rank - 1) !== matrix.shape[0]) {
    throw new ConfigError(
      `rowProduct: inner sizes differ; expected [..., k] and [k, l], got ${describe(x)} and ${describe(matrix)}.`,
    );
  }
  return apply(rowProductOp, [x, matrix]);
}
