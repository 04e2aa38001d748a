// A floor of the benchmark: counts the bytes of stdin, with large reads.
const buffer = new Uint8Array(256 * 1024);
let bytes = 0;
for (;;) {
  const read = await Deno.stdin.read(buffer);
  if (read === null) break;
  bytes += read;
}
console.log(bytes);
