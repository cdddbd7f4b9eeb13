/**
 * @file A conditional density by the chain rule: column j is a spline of a normal number, whose bins a network of its own
 * sets from the conditions and the columns before. Each conditional density is as free as its bins, so one layer is
 * enough for few columns, and nothing has to be inverted by iteration.
 * Reference: Papamakarios, Pavlakou, Murray (2017), "Masked autoregressive flow", arXiv 1705.07057, with the splines of
 * Durkan et al. (2019), arXiv 1906.04032.
 */
import { linear, mlp, normal, ops, type Scope, type Tensor, zeros } from "../../engine/index.js";
import { type SplineShape, type SplineTables, spline, splineInverse } from "./spline.js";

const { add, concat, mul, relu, slice, square, sub, sum } = ops;

export interface FlowShape extends SplineShape {
  readonly columns: number;
  /** Widths of the hidden layers of each column's network. */
  readonly hidden: readonly number[];
}

/** Bins of column j, from the conditions and the columns before. */
function binsOf(
  scope: Scope,
  j: number,
  conditions: Tensor,
  before: readonly Tensor[],
  shape: FlowShape,
): SplineTables {
  const own = scope.in(j);
  const x = concat([conditions, ...before]);
  const last = relu(mlp(own, x, shape.hidden, { activation: relu }));
  // The identity at first: training starts from independent normal columns, not from noise.
  const still = { weight: normal(0.01), bias: zeros };
  return {
    shares: linear(own.in("shares"), last, 2 * shape.bins, still),
    slopes: linear(own.in("slopes"), last, shape.bins, still),
  };
}

/**
 * Negative logarithm of the density at each row, [n].
 * @param conditions [n, c]
 * @param y [n, columns]
 * @param present Which columns of each row there are, 1 or 0 [n, columns] (default all): the others must be 0 in y, and
 * are left out of the density; the conditions must tell which they are.
 */
export function flowLoss(scope: Scope, conditions: Tensor, y: Tensor, shape: FlowShape, present?: Tensor): Tensor {
  const { columns } = shape;
  const bins = Array.from({ length: columns }, (_, j) =>
    binsOf(scope, j, conditions, j === 0 ? [] : [slice(y, 0, j)], shape),
  );
  const tables = { shares: concat(bins.map((b) => b.shares)), slopes: concat(bins.map((b) => b.slopes)) };
  const { y: z, logSlope } = spline(y, tables, shape);
  const each = add(sub(mul(square(z), 0.5), logSlope), Math.log(2 * Math.PI) / 2);
  return sum(present === undefined ? each : mul(each, present), 1);
}

/**
 * Draws rows.
 * @param conditions [n, c]
 * @param noise [n, columns] normal numbers.
 * @param present As in `flowLoss`; the other columns come out as 0.
 * @returns [n, columns]
 */
export function flowSample(
  scope: Scope,
  conditions: Tensor,
  noise: Tensor,
  shape: FlowShape,
  present?: Tensor,
): Tensor {
  const drawn: Tensor[] = [];
  for (let j = 0; j < shape.columns; j++) {
    const own = splineInverse(slice(noise, j, j + 1), binsOf(scope, j, conditions, drawn, shape), shape);
    drawn.push(present === undefined ? own : mul(own, slice(present, j, j + 1)));
  }
  return concat(drawn);
}
