/** Sorts keys and what they belong to, from `low` to `high`, in place: the largest first, of equal keys that with the lower number. */
export function rank(keys: Float64Array, ids: Int32Array, low: number, high: number): void {
  while (high - low > 16) {
    const middle = (low + high) >> 1;
    const [pivot, pivotId] = [keys[middle]!, ids[middle]!];
    let [i, j] = [low, high];
    while (i <= j) {
      while (keys[i]! > pivot || (keys[i] === pivot && ids[i]! < pivotId)) i++;
      while (keys[j]! < pivot || (keys[j] === pivot && ids[j]! > pivotId)) j--;
      if (i <= j) {
        const [key, id] = [keys[i]!, ids[i]!];
        keys[i] = keys[j]!;
        ids[i++] = ids[j]!;
        keys[j] = key;
        ids[j--] = id;
      }
    }
    // the shorter part by itself, so that calls nest no deeper than log2 of the length
    if (j - low < high - i) {
      rank(keys, ids, low, j);
      low = i;
    } else {
      rank(keys, ids, i, high);
      high = j;
    }
  }
  for (let i = low + 1; i <= high; i++) {
    const [key, id] = [keys[i]!, ids[i]!];
    let j = i - 1;
    for (; j >= low && (keys[j]! < key || (keys[j] === key && ids[j]! > id)); j--) {
      keys[j + 1] = keys[j]!;
      ids[j + 1] = ids[j]!;
    }
    keys[j + 1] = key;
    ids[j + 1] = id;
  }
}
