/**
 * A test for dotted names. `*` stands for any characters, dots included, `?` for one; all else for itself; the whole name has to match. So `*.bias` is every bias
 * below a layer, `layer1.*` everything in layer1, `*.bn?.*` the norms `bn1`, `bn2` anywhere.
 */
export function glob(pattern: string): (name: string) => boolean {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  const expression = new RegExp(`^${escaped}$`, 's');
  return (name) => expression.test(name);
}
