// Rows of numbers, packed or not.

const TYPES = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };
const unpackedOnce = new WeakMap();

// A row of numbers as Plotly stores it, packed or not; nothing for names, dates and gaps.
export function numbers(row) {
  if (Array.isArray(row)) return row.every((value) => typeof value === "number") ? row : null;
  if (ArrayBuffer.isView(row)) return row;
  if (!row?.bdata || row.shape) return null;
  if (!unpackedOnce.has(row)) {
    const bytes = Uint8Array.from(atob(row.bdata), (letter) => letter.charCodeAt(0));
    unpackedOnce.set(row, new TYPES[row.dtype](bytes.buffer));
  }
  return unpackedOnce.get(row);
}

// A trace that Plotly may keep and write into, as it does on the way to another: its objects are new, its packed rows
// unpacked. Rows keep their identity.
export function owned(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value)) return value;
  if (value.bdata) return numbers(value) ?? { ...value }; // a table of numbers stays packed
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, owned(inner)]));
}

export const ends = (row) => row.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
