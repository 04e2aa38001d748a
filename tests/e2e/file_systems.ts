/**
 * Small file systems of several types, for tests that fill them. To make one
 * takes root, its tools and loop devices.
 *
 * @module
 */

import { TempDir } from "../support/temp.ts";
import { isRoot } from "./machine.ts";
import { COMMAND, type Ended, run } from "./program.ts";

/** By type, how to make and mount `$IMAGE` at `$PLACE`. */
const TYPES: Record<string, string> = {
  btrfs: 'mkfs.btrfs -q "$IMAGE" && mount -o loop "$IMAGE" "$PLACE"',
  "btrfs with a quota": `mkfs.btrfs -q "$IMAGE" &&
    mount -o loop "$IMAGE" "$PLACE" && btrfs quota enable "$PLACE" &&
    btrfs subvolume create "$PLACE/sub" &&
    btrfs qgroup limit 4M "$PLACE/sub" && PLACE=$PLACE/sub`,
  ext4: 'mkfs.ext4 -q -F "$IMAGE" && mount -o loop "$IMAGE" "$PLACE"',
  xfs: 'mkfs.xfs -q -f "$IMAGE" && mount -o loop "$IMAGE" "$PLACE"',
  tmpfs: 'mount -t tmpfs -o size=8m tmpfs "$PLACE"',
  "bindfs -o direct_io": `mkdir "$PLACE.real" &&
    bindfs -o direct_io "$PLACE.real" "$PLACE"`,
};

/** Runs a shell script with the program as `"$@"` on a file system of its own. */
export async function onFileSystem(
  type: string,
  script: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  using dir = new TempDir();
  Deno.mkdirSync(dir.file("place"));
  const image = dir.write("image", "");
  // What xfs needs at least.
  Deno.truncateSync(image, 320 << 20);
  // The mount ends with the last process that sees it.
  return await run(
    [
      ...["unshare", "--mount", "bash", "-c"],
      `{ ${TYPES[type]}; } >/dev/null 2>&1 || exit 98; ${script}`,
      ...["bash", ...COMMAND],
    ],
    { env: { ...env, IMAGE: image, PLACE: dir.file("place") } },
  );
}

/** A test on a type of file system; left out where that cannot be made. */
export async function fileSystemTest(
  type: string,
  name: string,
  fn: () => Promise<void>,
): Promise<void> {
  const can = isRoot && (await onFileSystem(type, "exit 0")).code === 0;
  Deno.test({
    name: can ? name : `${name} (left out: ${type} cannot be made)`,
    ignore: !can,
    fn,
  });
}
