import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** Runs a Node program, and follows the largest resident memory of its process [MB] and the time that it takes [s]. */
export function measured(...args) {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    let peak = 0;
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
    });
    const watch = setInterval(() => {
      try {
        const line = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
        if (line) peak = Math.max(peak, Number(line[1]) / 1024);
      } catch {
        // The process has just ended, or the system has no /proc: the last reading stands.
      }
    }, 20);
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, text, wall: (performance.now() - start) / 1000, peak });
    });
  });
}
