;; Inner products of 16-bit whole numbers, the search for the largest of them, and inner products in float64. Addresses and lengths are in bytes.
;;
;; A panel holds 8 rows of 16-bit numbers: for each pair of columns the pairs of the 8 rows, 32 bytes. Rows have a multiple of 8 columns.
(module
  (import "host" "memory" (memory 1))
  ;; is told of a list that has no more room
  (import "host" "full" (func $full (param i32)))

  (global $thresholds (mut i32) (i32.const 0))
  (global $counts (mut i32) (i32.const 0))
  (global $lists (mut i32) (i32.const 0))
  (global $capacity (mut i32) (i32.const 0))
  (global $offsets (mut i32) (i32.const 0))
  (global $gallery (mut i32) (i32.const 0))

  ;; Where things are: for each list its threshold and the number of its entries (i32), lists of `capacity` entries (product less offset, number of the gallery's row: i32 both),
  ;; the offset of each row of the gallery (i32), and how many rows that are no padding it has
  (func (export "place") (param $thresholds i32) (param $counts i32) (param $lists i32) (param $capacity i32) (param $offsets i32) (param $gallery i32)
    (global.set $thresholds (local.get $thresholds))
    (global.set $counts (local.get $counts))
    (global.set $lists (local.get $lists))
    (global.set $capacity (local.get $capacity))
    (global.set $offsets (local.get $offsets))
    (global.set $gallery (local.get $gallery)))

  ;; Products of four rows of a panel (a, to the end of its panel) with the eight of another
  (func $tile (param $a i32) (param $end i32) (param $b i32) (param $to i32) (param $stride i32)
    (local $p0 v128) (local $p1 v128) (local $q0 v128) (local $q1 v128) (local $r0 v128) (local $r1 v128) (local $s0 v128) (local $s1 v128)
    (local $b0 v128) (local $b1 v128) (local $x v128)
    (loop $next
      (local.set $b0 (v128.load offset=0 (local.get $b)))
      (local.set $b1 (v128.load offset=16 (local.get $b)))
      (local.set $x (v128.load32_splat offset=0 (local.get $a)))
      (local.set $p0 (i32x4.add (local.get $p0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $p1 (i32x4.add (local.get $p1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $x (v128.load32_splat offset=4 (local.get $a)))
      (local.set $q0 (i32x4.add (local.get $q0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $q1 (i32x4.add (local.get $q1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $x (v128.load32_splat offset=8 (local.get $a)))
      (local.set $r0 (i32x4.add (local.get $r0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $r1 (i32x4.add (local.get $r1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $x (v128.load32_splat offset=12 (local.get $a)))
      (local.set $s0 (i32x4.add (local.get $s0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $s1 (i32x4.add (local.get $s1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $b0 (v128.load offset=32 (local.get $b)))
      (local.set $b1 (v128.load offset=48 (local.get $b)))
      (local.set $x (v128.load32_splat offset=32 (local.get $a)))
      (local.set $p0 (i32x4.add (local.get $p0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $p1 (i32x4.add (local.get $p1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $x (v128.load32_splat offset=36 (local.get $a)))
      (local.set $q0 (i32x4.add (local.get $q0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $q1 (i32x4.add (local.get $q1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $x (v128.load32_splat offset=40 (local.get $a)))
      (local.set $r0 (i32x4.add (local.get $r0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $r1 (i32x4.add (local.get $r1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $x (v128.load32_splat offset=44 (local.get $a)))
      (local.set $s0 (i32x4.add (local.get $s0) (i32x4.dot_i16x8_s (local.get $x) (local.get $b0))))
      (local.set $s1 (i32x4.add (local.get $s1) (i32x4.dot_i16x8_s (local.get $x) (local.get $b1))))
      (local.set $b (i32.add (local.get $b) (i32.const 64)))
      (br_if $next (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 64))) (local.get $end))))
    (v128.store (local.get $to) (local.get $p0))
    (v128.store offset=16 (local.get $to) (local.get $p1))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (v128.store (local.get $to) (local.get $q0))
    (v128.store offset=16 (local.get $to) (local.get $q1))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (v128.store (local.get $to) (local.get $r0))
    (v128.store offset=16 (local.get $to) (local.get $r1))
    (local.set $to (i32.add (local.get $to) (local.get $stride)))
    (v128.store (local.get $to) (local.get $s0))
    (v128.store offset=16 (local.get $to) (local.get $s1)))

  ;; to[rows of a, rows of b] = their products, i32: panels of `panel` bytes, from a to endA and from b to endB; rows of `to` are `stride` bytes
  (func (export "products") (param $a i32) (param $endA i32) (param $b i32) (param $endB i32) (param $panel i32) (param $to i32) (param $stride i32)
    (local $at i32) (local $cell i32) (local $end i32)
    (loop $columns
      (local.set $at (local.get $a))
      (local.set $cell (local.get $to))
      (loop $rows
        (local.set $end (i32.add (local.get $at) (local.get $panel)))
        (call $tile (local.get $at) (local.get $end) (local.get $b) (local.get $cell) (local.get $stride))
        (local.set $cell (i32.add (local.get $cell) (i32.shl (local.get $stride) (i32.const 2))))
        (call $tile (i32.add (local.get $at) (i32.const 16)) (local.get $end) (local.get $b) (local.get $cell) (local.get $stride))
        (local.set $cell (i32.add (local.get $cell) (i32.shl (local.get $stride) (i32.const 2))))
        (br_if $rows (i32.lt_u (local.tee $at (local.get $end)) (local.get $endA))))
      (local.set $to (i32.add (local.get $to) (i32.const 32)))
      (br_if $columns (i32.lt_u (local.tee $b (i32.add (local.get $b) (local.get $panel))) (local.get $endB)))))

  (func $push (param $list i32) (param $score i32) (param $id i32)
    (local $count i32) (local $slot i32) (local $entry i32)
    (local.set $slot (i32.add (global.get $counts) (i32.shl (local.get $list) (i32.const 2))))
    (local.set $count (i32.load (local.get $slot)))
    (local.set $entry (i32.add (global.get $lists) (i32.shl (i32.add (i32.mul (local.get $list) (global.get $capacity)) (local.get $count)) (i32.const 3))))
    (i32.store (local.get $entry) (local.get $score))
    (i32.store offset=4 (local.get $entry) (local.get $id))
    (i32.store (local.get $slot) (local.tee $count (i32.add (local.get $count) (i32.const 1))))
    (if (i32.eq (local.get $count) (global.get $capacity)) (then (call $full (local.get $list)))))

  ;; Takes from a row of products, those of the gallery's rows from `id` on, what reaches the threshold of the row's list. `self` is the gallery's row that is the query itself, or -1.
  ;; `both`: the query is row `self` of the gallery, and goes into the lists of the gallery's rows too
  (func (export "collect") (param $products i32) (param $end i32) (param $list i32) (param $self i32) (param $id i32) (param $both i32)
    (local $own i32) (local $offset i32) (local $column i32) (local $score i32) (local $lane i32)
    (local $row v128) (local $theirs v128) (local $hit v128) (local $threshold v128)
    (local.set $own (i32.add (global.get $thresholds) (i32.shl (local.get $list) (i32.const 2))))
    (if (local.get $both) (then (local.set $offset (i32.load (i32.add (global.get $offsets) (i32.shl (local.get $self) (i32.const 2)))))))
    (local.set $theirs (i32x4.splat (local.get $offset)))
    (loop $next
      (local.set $column (i32.shl (local.get $id) (i32.const 2)))
      (local.set $row (v128.load (local.get $products)))
      (local.set $hit (i32x4.ge_s
        (i32x4.sub (local.get $row) (v128.load (i32.add (global.get $offsets) (local.get $column))))
        (v128.load32_splat (local.get $own))))
      (if (local.get $both) (then
        (local.set $hit (v128.or (local.get $hit) (i32x4.ge_s
          (i32x4.sub (local.get $row) (local.get $theirs))
          (v128.load (i32.add (global.get $thresholds) (local.get $column))))))))
      (if (v128.any_true (local.get $hit)) (then
        (local.set $lane (i32.const 0))
        (loop $lanes
          (if (i32.and (i32.lt_s (local.get $id) (global.get $gallery)) (i32.ne (local.get $id) (local.get $self))) (then
            (local.set $score (i32.load (i32.add (local.get $products) (i32.shl (local.get $lane) (i32.const 2)))))
            (local.set $column (i32.shl (local.get $id) (i32.const 2)))
            (if (i32.ge_s (i32.sub (local.get $score) (i32.load (i32.add (global.get $offsets) (local.get $column)))) (i32.load (local.get $own))) (then
              (call $push (local.get $list) (i32.sub (local.get $score) (i32.load (i32.add (global.get $offsets) (local.get $column)))) (local.get $id))))
            (if (local.get $both) (then
              (if (i32.ge_s (i32.sub (local.get $score) (local.get $offset)) (i32.load (i32.add (global.get $thresholds) (local.get $column)))) (then
                (call $push (local.get $id) (i32.sub (local.get $score) (local.get $offset)) (local.get $self))))))))
          (local.set $id (i32.add (local.get $id) (i32.const 1)))
          (br_if $lanes (i32.lt_u (local.tee $lane (i32.add (local.get $lane) (i32.const 1))) (i32.const 4))))
        (local.set $id (i32.sub (local.get $id) (i32.const 4)))))
      (local.set $id (i32.add (local.get $id) (i32.const 4)))
      (br_if $next (i32.lt_u (local.tee $products (i32.add (local.get $products) (i32.const 16))) (local.get $end)))))

  ;; to[i] = the product of a query in float64 with the row of the gallery (float32, `length` bytes each from `rows` on) that entry i of a list names
  (func (export "dots") (param $query i32) (param $rows i32) (param $length i32) (param $entry i32) (param $entries i32) (param $to i32)
    (local $x i32) (local $y i32) (local $end i32) (local $p v128) (local $q v128) (local $r v128) (local $s v128)
    (loop $next
      (local.set $x (local.get $query))
      (local.set $y (i32.add (local.get $rows) (i32.mul (i32.load offset=4 (local.get $entry)) (local.get $length))))
      (local.set $end (i32.add (local.get $y) (local.get $length)))
      (local.set $p (v128.const i64x2 0 0))
      (local.set $q (v128.const i64x2 0 0))
      (local.set $r (v128.const i64x2 0 0))
      (local.set $s (v128.const i64x2 0 0))
      (loop $columns
        (local.set $p (f64x2.add (local.get $p) (f64x2.mul (v128.load (local.get $x)) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $y))))))
        (local.set $q (f64x2.add (local.get $q) (f64x2.mul (v128.load offset=16 (local.get $x)) (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $y))))))
        (local.set $r (f64x2.add (local.get $r) (f64x2.mul (v128.load offset=32 (local.get $x)) (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $y))))))
        (local.set $s (f64x2.add (local.get $s) (f64x2.mul (v128.load offset=48 (local.get $x)) (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $y))))))
        (local.set $x (i32.add (local.get $x) (i32.const 64)))
        (br_if $columns (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 32))) (local.get $end))))
      (local.set $p (f64x2.add (f64x2.add (local.get $p) (local.get $q)) (f64x2.add (local.get $r) (local.get $s))))
      (f64.store (local.get $to) (f64.add (f64x2.extract_lane 0 (local.get $p)) (f64x2.extract_lane 1 (local.get $p))))
      (local.set $to (i32.add (local.get $to) (i32.const 8)))
      (br_if $next (i32.lt_u (local.tee $entry (i32.add (local.get $entry) (i32.const 8))) (local.get $entries))))))
