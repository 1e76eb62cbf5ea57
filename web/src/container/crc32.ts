/** CRC-32 as in PNG and zlib. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** Return the CRC-32 of bytes that follow those with the CRC `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Return the CRC-32 of integers as little-endian i32, after bytes with the CRC `before`. */
export function crc32OfIntegers(values: Int32Array, before = 0): number {
  let crc = ~before;
  for (const value of values) {
    crc ^= value; // four bytes at once: the register holds no others
    for (let byte = 0; byte < 4; byte++) crc = TABLE[crc & 255] ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
