/**
 * Loaded before the controller of a lab: its clock is wrong by as many milliseconds as the file LIDO_LAB_CLOCK says, from
 * the moment on in which it says so. No other clock is touched.
 */
import { readFileSync, watch } from "node:fs";
import { dirname } from "node:path";

const file = process.env.LIDO_LAB_CLOCK ?? "";
const right = Date.now.bind(Date);
let wrongBy = read();

function read(): number {
  return Number(readFileSync(file, "utf8"));
}

Date.now = () => right() + wrongBy;
watch(dirname(file), () => (wrongBy = read())).unref();
