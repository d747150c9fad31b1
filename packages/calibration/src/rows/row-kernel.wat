;; Row-major float64 matrices in one memory. Addresses are in bytes.
(module
  (import "host" "memory" (memory 1))

  ;; Softmax of each row. Per row four float64 at $facts: the largest logit, sum of exp(logit - largest), the first column of the largest, sum of squared probabilities.
  ;; $scratch holds columns + 2 numbers; $to may be written 8 bytes beyond its end. Returns the first row that holds NaN or an infinity, or -1.
  ;; exp(x) = 2^n (1 + r + r^2 q(r)) with |r| <= ln 2 / 2 and q of degree 9 (interpolated at Chebyshev nodes: 2e-17), within 2 units in the last place, the quotient by the sum within 2 more; below x = -708 it is 0.
  (func (export "softmax") (param $from i32) (param $single i32) (param $rows i32) (param $columns i32) (param $scratch i32) (param $to i32) (param $facts i32) (result i32)
    (local $row i32) (local $at i32) (local $end i32) (local $pairs i32) (local $put i32) (local $largest f64) (local $max v128) (local $bad v128) (local $sum v128) (local $squares v128) (local $x v128) (local $t v128) (local $r v128) (local $r2 v128) (local $r4 v128) (local $q v128)
    (loop $next
      (local.set $end (i32.add (local.get $scratch) (i32.shl (local.get $columns) (i32.const 3))))
      (local.set $pairs (i32.add (local.get $scratch) (i32.shl (i32.shr_u (local.get $columns) (i32.const 1)) (i32.const 4))))

      ;; copied as float64, and the largest on the way; z - z is NaN where z is not finite
      (local.set $max (v128.const f64x2 -inf -inf))
      (local.set $bad (v128.const f64x2 0 0))
      (local.set $at (local.get $scratch))
      (block $copied
        (loop $pair
          (br_if $copied (i32.eq (local.get $at) (local.get $pairs)))
          (if (local.get $single)
            (then
              (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero align=4 (local.get $from))))
              (local.set $from (i32.add (local.get $from) (i32.const 8))))
            (else
              (local.set $x (v128.load align=8 (local.get $from)))
              (local.set $from (i32.add (local.get $from) (i32.const 16)))))
          (v128.store (local.get $at) (local.get $x))
          (local.set $max (f64x2.pmax (local.get $max) (local.get $x)))
          (local.set $bad (v128.or (local.get $bad) (f64x2.sub (local.get $x) (local.get $x))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $pair)))
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (if (local.get $single)
            (then
              (local.set $x (f64x2.splat (f64.promote_f32 (f32.load (local.get $from)))))
              (local.set $from (i32.add (local.get $from) (i32.const 4))))
            (else
              (local.set $x (v128.load64_splat (local.get $from)))
              (local.set $from (i32.add (local.get $from) (i32.const 8)))))
          (v128.store (local.get $at) (local.get $x))
          (local.set $max (f64x2.pmax (local.get $max) (local.get $x)))
          (local.set $bad (v128.or (local.get $bad) (f64x2.sub (local.get $x) (local.get $x))))))
      (if (v128.any_true (local.get $bad)) (then (return (local.get $row))))
      (local.set $largest (f64.max (f64x2.extract_lane 0 (local.get $max)) (f64x2.extract_lane 1 (local.get $max))))
      (local.set $max (f64x2.splat (local.get $largest)))
      (local.set $at (local.get $scratch))
      (block $found
        (loop $pair
          (br_if $found (v128.any_true (local.tee $x (f64x2.eq (v128.load (local.get $at)) (local.get $max)))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $pair)))
      (f64.store (local.get $facts) (local.get $largest))
      (f64.store offset=16 (local.get $facts) (f64.convert_i32_u (i32.add
        (i32.shr_u (i32.sub (local.get $at) (local.get $scratch)) (i32.const 3))
        (i64.eqz (i64x2.extract_lane 0 (local.get $x))))))

      (f64.store (local.get $end) (f64.const -inf))
      (local.set $sum (v128.const f64x2 0 0))
      (local.set $squares (v128.const f64x2 0 0))
      (local.set $at (local.get $scratch))
      (loop $pair
        (local.set $x (f64x2.sub (v128.load (local.get $at)) (local.get $max)))
        (local.set $r (f64x2.pmax (local.get $x) (v128.const f64x2 -708 -708)))
        ;; n in the low bits of t: adding 1.5 * 2^52 rounds to a whole number
        (local.set $t (f64x2.add (f64x2.mul (local.get $r) (v128.const f64x2 0x1.71547652b82fep+0 0x1.71547652b82fep+0)) (v128.const f64x2 0x1.8p+52 0x1.8p+52)))
        (local.set $q (f64x2.sub (local.get $t) (v128.const f64x2 0x1.8p+52 0x1.8p+52)))
        (local.set $r (f64x2.sub
          (f64x2.sub (local.get $r) (f64x2.mul (local.get $q) (v128.const f64x2 0x1.62e42fee00000p-1 0x1.62e42fee00000p-1)))
          (f64x2.mul (local.get $q) (v128.const f64x2 0x1.a39ef35793c76p-33 0x1.a39ef35793c76p-33))))
        ;; in pairs, whose sums do not wait for each other
        (local.set $r2 (f64x2.mul (local.get $r) (local.get $r)))
        (local.set $r4 (f64x2.mul (local.get $r2) (local.get $r2)))
        (local.set $q (f64x2.add
          (f64x2.add (f64x2.add (v128.const f64x2 0.5 0.5) (f64x2.mul (v128.const f64x2 0x1.5555555555556p-3 0x1.5555555555556p-3) (local.get $r))) (f64x2.mul (local.get $r2) (f64x2.add (v128.const f64x2 0x1.5555555553d68p-5 0x1.5555555553d68p-5) (f64x2.mul (v128.const f64x2 0x1.11111111109b5p-7 0x1.11111111109b5p-7) (local.get $r)))))
          (f64x2.mul (local.get $r4) (f64x2.add
            (f64x2.add (f64x2.add (v128.const f64x2 0x1.6c16c17889ef9p-10 0x1.6c16c17889ef9p-10) (f64x2.mul (v128.const f64x2 0x1.a01a01a7c2f03p-13 0x1.a01a01a7c2f03p-13) (local.get $r))) (f64x2.mul (local.get $r2) (f64x2.add (v128.const f64x2 0x1.a019b914985a9p-16 0x1.a019b914985a9p-16) (f64x2.mul (v128.const f64x2 0x1.71de0db2f585ep-19 0x1.71de0db2f585ep-19) (local.get $r)))))
            (f64x2.mul (local.get $r4) (f64x2.add (v128.const f64x2 0x1.28917c8be7ad6p-22 0x1.28917c8be7ad6p-22) (f64x2.mul (v128.const f64x2 0x1.af389ed28db09p-26 0x1.af389ed28db09p-26) (local.get $r))))))))
        (local.set $q (f64x2.add (f64x2.add (f64x2.mul (local.get $r2) (local.get $q)) (local.get $r)) (v128.const f64x2 1 1)))
        (local.set $q (v128.and
          (i64x2.add (local.get $q) (i64x2.shl (local.get $t) (i32.const 52)))
          (f64x2.ge (local.get $x) (v128.const f64x2 -708 -708))))
        (v128.store (local.get $at) (local.get $q))
        (local.set $sum (f64x2.add (local.get $sum) (local.get $q)))
        (local.set $squares (f64x2.add (local.get $squares) (f64x2.mul (local.get $q) (local.get $q))))
        (br_if $pair (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))
      (local.set $sum (f64x2.splat (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum)))))
      (f64.store offset=8 (local.get $facts) (f64x2.extract_lane 0 (local.get $sum)))
      (local.set $sum (f64x2.div (v128.const f64x2 1 1) (local.get $sum)))

      (f64.store offset=24 (local.get $facts) (f64.mul
        (f64.add (f64x2.extract_lane 0 (local.get $squares)) (f64x2.extract_lane 1 (local.get $squares)))
        (f64.mul (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 0 (local.get $sum)))))

      (local.set $at (local.get $scratch))
      (local.set $put (local.get $to))
      (loop $pair
        (v128.store align=8 (local.get $put) (f64x2.mul (v128.load (local.get $at)) (local.get $sum)))
        (local.set $put (i32.add (local.get $put) (i32.const 16)))
        (br_if $pair (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))
      (local.set $to (i32.add (local.get $to) (i32.shl (local.get $columns) (i32.const 3))))
      (local.set $facts (i32.add (local.get $facts) (i32.const 32)))
      (br_if $next (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows))))
    (i32.const -1))

  ;; Adds each probability to the bin of its column. Those of the first bin, up to edges[1], are only summed: $first[column]. The others: $cells[column, bin] = (sum, count).
  ;; $edges: bin i holds edges[i] < p <= edges[i + 1]. Both tables have one column more than the matrix, which takes what lies after the end of an odd row.
  (func (export "tally") (param $from i32) (param $rows i32) (param $columns i32) (param $bins i32) (param $edges i32) (param $first i32) (param $cells i32)
    (local $end i32) (local $at i32) (local $sums i32) (local $cell i32) (local $stride i32) (local $mask i32) (local $p v128) (local $above v128) (local $lowest v128)
    (local.set $lowest (v128.load64_splat offset=8 (local.get $edges)))
    (local.set $stride (i32.shl (local.get $bins) (i32.const 4)))
    (loop $next
      (local.set $end (i32.add (local.get $from) (i32.shl (local.get $columns) (i32.const 3))))
      (local.set $at (local.get $from))
      (local.set $sums (local.get $first))
      (local.set $cell (local.get $cells))
      (loop $pair
        (local.set $p (v128.load align=8 (local.get $at)))
        (local.set $above (f64x2.gt (local.get $p) (local.get $lowest)))
        (v128.store align=8 (local.get $sums) (f64x2.add (v128.load align=8 (local.get $sums)) (v128.andnot (local.get $p) (local.get $above))))
        (if (local.tee $mask (i64x2.bitmask (local.get $above)))
          (then
            (if (i32.and (local.get $mask) (i32.const 1)) (then
              (call $put (f64x2.extract_lane 0 (local.get $p)) (local.get $bins) (local.get $edges) (local.get $cell))))
            (if (i32.and (local.get $mask) (i32.const 2)) (then
              (call $put (f64x2.extract_lane 1 (local.get $p)) (local.get $bins) (local.get $edges) (i32.add (local.get $cell) (local.get $stride)))))))
        (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
        (local.set $cell (i32.add (local.get $cell) (i32.shl (local.get $stride) (i32.const 1))))
        (br_if $pair (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))
      (local.set $from (local.get $end))
      (br_if $next (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; The product may round to the wrong side of an edge; the edge itself decides.
  (func $put (param $p f64) (param $bins i32) (param $edges i32) (param $cell i32)
    (local $bin i32) (local $edge i32)
    (local.set $bin (i32.trunc_sat_f64_s (f64.mul (local.get $p) (f64.convert_i32_s (local.get $bins)))))
    (local.set $edge (i32.add (local.get $edges) (i32.shl (local.get $bin) (i32.const 3))))
    (local.set $bin (i32.add
      (i32.sub (local.get $bin) (f64.le (local.get $p) (f64.load (local.get $edge))))
      (f64.gt (local.get $p) (f64.load offset=8 (local.get $edge)))))
    (local.set $cell (i32.add (local.get $cell) (i32.shl (local.get $bin) (i32.const 4))))
    (v128.store align=8 (local.get $cell) (f64x2.add (v128.load align=8 (local.get $cell)) (f64x2.replace_lane 0 (v128.const f64x2 0 1) (local.get $p))))))
