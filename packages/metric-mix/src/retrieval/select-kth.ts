/** The k-th largest of the first n numbers, 1 ≤ k ≤ n, which it reorders (Hoare's selection). */
export function selectKth(values: Int32Array, n: number, k: number): number {
  const at = k - 1;
  let [low, high] = [0, n - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! > pivot) i++;
      while (values[j]! < pivot) j--;
      if (i <= j) {
        const value = values[i]!;
        values[i++] = values[j]!;
        values[j--] = value;
      }
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else break;
  }
  return values[at]!;
}
