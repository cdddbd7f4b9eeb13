/** @file All host kernels, by the names that ops call them. */
import { slicedTransportKernel } from "../transport/kernel.js";
import type { HostKernel } from "./host-kernels.js";

const KERNELS: readonly HostKernel[] = [slicedTransportKernel];

export function hostKernel(name: string): HostKernel {
  const kernel = KERNELS.find((one) => one.name === name);
  if (kernel === undefined) throw new Error(`internal: no host kernel is named ${name}`);
  return kernel;
}
