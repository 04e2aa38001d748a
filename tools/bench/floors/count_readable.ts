// A floor of the benchmark: counts the bytes of stdin, through its stream.
let bytes = 0;
for await (const chunk of Deno.stdin.readable) bytes += chunk.length;
console.log(bytes);
