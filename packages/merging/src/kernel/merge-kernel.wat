;; Loops over blocks of float32 numbers (and sums of them in float64) in one memory. Addresses and lengths are in bytes; a length is a multiple of 16 above 0 and refers to float32.
;; Blocks begin at multiples of 16 and have room for whole groups of four: what a loop does behind the last number does not matter.
(module
  (import "host" "memory" (memory 1))

  ;; 1 where every number is finite: x - x is no zero else
  (func (export "finite") (param $x i32) (param $bytes i32) (result i32)
    (local $bad v128) (local $v v128)
    (loop $next
      (local.set $v (v128.load (local.get $x)))
      (local.set $bad (v128.or (local.get $bad) (f32x4.sub (local.get $v) (local.get $v))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16)))))
    (i32.eqz (v128.any_true (local.get $bad))))

  ;; to = a - b
  (func (export "subtract") (param $a i32) (param $b i32) (param $to i32) (param $bytes i32)
    (loop $next
      (v128.store (local.get $to) (f32x4.sub (v128.load (local.get $a)) (v128.load (local.get $b))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; to = to + x
  (func (export "add") (param $x i32) (param $to i32) (param $bytes i32)
    (loop $next
      (v128.store (local.get $to) (f32x4.add (v128.load (local.get $to)) (v128.load (local.get $x))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; x = factor x
  (func (export "scale") (param $x i32) (param $bytes i32) (param $factor f32)
    (local $f v128)
    (local.set $f (f32x4.splat (local.get $factor)))
    (loop $next
      (v128.store (local.get $x) (f32x4.mul (v128.load (local.get $x)) (local.get $f)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; to = |x|
  (func (export "magnitudes") (param $x i32) (param $to i32) (param $bytes i32)
    (loop $next
      (v128.store (local.get $to) (f32x4.abs (v128.load (local.get $x))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; sum = sum + weight x, in float64
  (func (export "addScaled") (param $x i32) (param $sum i32) (param $bytes i32) (param $weight f64)
    (local $w v128) (local $v v128)
    (local.set $w (f64x2.splat (local.get $weight)))
    (loop $next
      (local.set $v (v128.load (local.get $x)))
      (v128.store (local.get $sum) (f64x2.add (v128.load (local.get $sum)) (f64x2.mul (local.get $w) (f64x2.promote_low_f32x4 (local.get $v)))))
      (v128.store offset=16 (local.get $sum) (f64x2.add (v128.load offset=16 (local.get $sum)) (f64x2.mul (local.get $w) (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v))))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $sum (i32.add (local.get $sum) (i32.const 32)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; to = sum, rounded to float32
  (func (export "narrow") (param $sum i32) (param $to i32) (param $bytes i32)
    (loop $next
      (v128.store (local.get $to) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (f32x4.demote_f64x2_zero (v128.load (local.get $sum))) (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $sum)))))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (local.set $sum (i32.add (local.get $sum) (i32.const 32)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; scalar product in float64
  (func (export "dot") (param $a i32) (param $b i32) (param $bytes i32) (result f64)
    (local $s v128) (local $t v128) (local $x v128) (local $y v128)
    (loop $next
      (local.set $x (v128.load (local.get $a)))
      (local.set $y (v128.load (local.get $b)))
      (local.set $s (f64x2.add (local.get $s) (f64x2.mul (f64x2.promote_low_f32x4 (local.get $x)) (f64x2.promote_low_f32x4 (local.get $y)))))
      (local.set $t (f64x2.add (local.get $t) (f64x2.mul (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $x) (local.get $x))) (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $y) (local.get $y))))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16)))))
    (local.set $s (f64x2.add (local.get $s) (local.get $t)))
    (f64.add (f64x2.extract_lane 0 (local.get $s)) (f64x2.extract_lane 1 (local.get $s))))

  ;; sum of |x| in float64
  (func (export "sumMagnitudes") (param $x i32) (param $bytes i32) (result f64)
    (local $s v128) (local $t v128) (local $v v128)
    (loop $next
      (local.set $v (f32x4.abs (v128.load (local.get $x))))
      (local.set $s (f64x2.add (local.get $s) (f64x2.promote_low_f32x4 (local.get $v))))
      (local.set $t (f64x2.add (local.get $t) (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v)))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16)))))
    (local.set $s (f64x2.add (local.get $s) (local.get $t)))
    (f64.add (f64x2.extract_lane 0 (local.get $s)) (f64x2.extract_lane 1 (local.get $s))))

  ;; zeroes what has no magnitude above the threshold, or equal to it where ties are -1
  (func (export "keepAbove") (param $x i32) (param $bytes i32) (param $threshold f32) (param $ties i32)
    (local $v v128) (local $m v128) (local $t v128) (local $e v128)
    (local.set $t (f32x4.splat (local.get $threshold)))
    (local.set $e (i32x4.splat (local.get $ties)))
    (loop $next
      (local.set $m (f32x4.abs (local.tee $v (v128.load (local.get $x)))))
      (v128.store (local.get $x) (v128.and (local.get $v) (v128.or (f32x4.gt (local.get $m) (local.get $t)) (v128.and (local.get $e) (f32x4.eq (local.get $m) (local.get $t))))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; x = factor x where 32 random bits (random-bits.ts, of place, place + 1 ...) are below the limit, else 0
  (func (export "keepRandom") (param $x i32) (param $bytes i32) (param $place i32) (param $key i32) (param $limit i32) (param $factor f32)
    (local $at v128) (local $k v128) (local $r v128) (local $l v128) (local $f v128)
    (local.set $at (i32x4.add (i32x4.splat (local.get $place)) (v128.const i32x4 0 1 2 3)))
    (local.set $k (i32x4.splat (local.get $key)))
    (local.set $l (i32x4.splat (local.get $limit)))
    (local.set $f (f32x4.splat (local.get $factor)))
    (loop $next
      (local.set $r (local.get $at))
      (local.set $r (i32x4.mul (v128.xor (local.get $r) (i32x4.shr_u (local.get $r) (i32.const 16))) (v128.const i32x4 0x85ebca6b 0x85ebca6b 0x85ebca6b 0x85ebca6b)))
      (local.set $r (i32x4.mul (v128.xor (local.get $r) (i32x4.shr_u (local.get $r) (i32.const 13))) (v128.const i32x4 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35)))
      (local.set $r (v128.xor (local.get $r) (i32x4.shr_u (local.get $r) (i32.const 16))))
      (local.set $r (v128.xor (local.get $r) (local.get $k)))
      (local.set $r (i32x4.mul (v128.xor (local.get $r) (i32x4.shr_u (local.get $r) (i32.const 16))) (v128.const i32x4 0x85ebca6b 0x85ebca6b 0x85ebca6b 0x85ebca6b)))
      (local.set $r (i32x4.mul (v128.xor (local.get $r) (i32x4.shr_u (local.get $r) (i32.const 13))) (v128.const i32x4 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35)))
      (local.set $r (v128.xor (local.get $r) (i32x4.shr_u (local.get $r) (i32.const 16))))
      (v128.store (local.get $x) (v128.and (i32x4.lt_u (local.get $r) (local.get $l)) (f32x4.mul (local.get $f) (v128.load (local.get $x)))))
      (local.set $at (i32x4.add (local.get $at) (v128.const i32x4 4 4 4 4)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; mixed = mixed + weight x and divisor = divisor + weight where weight x has the elected sign, 0 counting as positive
  (func (export "addAgreeing") (param $x i32) (param $elected i32) (param $mixed i32) (param $divisor i32) (param $bytes i32) (param $weight f64)
    (local $w v128) (local $four v128) (local $v v128) (local $yes v128)
    (local.set $w (f64x2.splat (local.get $weight)))
    (loop $next
      (local.set $four (v128.load (local.get $x)))
      (local.set $v (f64x2.mul (local.get $w) (f64x2.promote_low_f32x4 (local.get $four))))
      (local.set $yes (v128.bitselect (f64x2.gt (local.get $v) (v128.const f64x2 0 0)) (f64x2.lt (local.get $v) (v128.const f64x2 0 0)) (f64x2.ge (v128.load (local.get $elected)) (v128.const f64x2 0 0))))
      (v128.store (local.get $mixed) (f64x2.add (v128.load (local.get $mixed)) (v128.and (local.get $yes) (local.get $v))))
      (v128.store (local.get $divisor) (f64x2.add (v128.load (local.get $divisor)) (v128.and (local.get $yes) (local.get $w))))
      (local.set $v (f64x2.mul (local.get $w) (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $four) (local.get $four)))))
      (local.set $yes (v128.bitselect (f64x2.gt (local.get $v) (v128.const f64x2 0 0)) (f64x2.lt (local.get $v) (v128.const f64x2 0 0)) (f64x2.ge (v128.load offset=16 (local.get $elected)) (v128.const f64x2 0 0))))
      (v128.store offset=16 (local.get $mixed) (f64x2.add (v128.load offset=16 (local.get $mixed)) (v128.and (local.get $yes) (local.get $v))))
      (v128.store offset=16 (local.get $divisor) (f64x2.add (v128.load offset=16 (local.get $divisor)) (v128.and (local.get $yes) (local.get $w))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $elected (i32.add (local.get $elected) (i32.const 32)))
      (local.set $mixed (i32.add (local.get $mixed) (i32.const 32)))
      (local.set $divisor (i32.add (local.get $divisor) (i32.const 32)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; mixed = x where it has the elected sign and a larger magnitude
  (func (export "largestAgreeing") (param $x i32) (param $elected i32) (param $mixed i32) (param $bytes i32)
    (local $four v128) (local $v v128) (local $m v128)
    (loop $next
      (local.set $four (v128.load (local.get $x)))
      (local.set $v (f64x2.promote_low_f32x4 (local.get $four)))
      (local.set $m (v128.load (local.get $mixed)))
      (v128.store (local.get $mixed) (v128.bitselect (f64x2.pmax (local.get $m) (local.get $v)) (f64x2.pmin (local.get $m) (local.get $v)) (f64x2.ge (v128.load (local.get $elected)) (v128.const f64x2 0 0))))
      (local.set $v (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $four) (local.get $four))))
      (local.set $m (v128.load offset=16 (local.get $mixed)))
      (v128.store offset=16 (local.get $mixed) (v128.bitselect (f64x2.pmax (local.get $m) (local.get $v)) (f64x2.pmin (local.get $m) (local.get $v)) (f64x2.ge (v128.load offset=16 (local.get $elected)) (v128.const f64x2 0 0))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $elected (i32.add (local.get $elected) (i32.const 32)))
      (local.set $mixed (i32.add (local.get $mixed) (i32.const 32)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; to = base + lambda mixed / divisor, a divisor of 0 counting as 1
  (func (export "finish") (param $base i32) (param $mixed i32) (param $divisor i32) (param $to i32) (param $bytes i32) (param $lambda f64)
    (local $l v128) (local $d0 v128) (local $d16 v128) (local $b v128)
    (local.set $l (f64x2.splat (local.get $lambda)))
    (loop $next
      (local.set $b (v128.load (local.get $base)))
      (local.set $d0 (v128.load (local.get $divisor)))
      (local.set $d0 (v128.bitselect (local.get $d0) (v128.const f64x2 1 1) (f64x2.ge (f64x2.abs (local.get $d0)) (v128.const f64x2 1e-8 1e-8))))
      (local.set $d16 (v128.load offset=16 (local.get $divisor)))
      (local.set $d16 (v128.bitselect (local.get $d16) (v128.const f64x2 1 1) (f64x2.ge (f64x2.abs (local.get $d16)) (v128.const f64x2 1e-8 1e-8))))
      (v128.store (local.get $to) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (f32x4.demote_f64x2_zero (f64x2.add (f64x2.promote_low_f32x4 (local.get $b)) (f64x2.div (f64x2.mul (local.get $l) (v128.load (local.get $mixed))) (local.get $d0)))) (f32x4.demote_f64x2_zero (f64x2.add (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $b) (local.get $b))) (f64x2.div (f64x2.mul (local.get $l) (v128.load offset=16 (local.get $mixed))) (local.get $d16))))))
      (local.set $base (i32.add (local.get $base) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (local.set $mixed (i32.add (local.get $mixed) (i32.const 32)))
      (local.set $divisor (i32.add (local.get $divisor) (i32.const 32)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; lower halves of the order-preserving keys of those numbers whose upper half is the bucket, one after the other; how many. Room for four more is needed
  (func (export "collect") (param $x i32) (param $count i32) (param $bucket i32) (param $to i32) (result i32)
    (local $put i32) (local $k v128) (local $b v128) (local $bits i32) (local $key i32)
    (local.set $put (local.get $to))
    (local.set $b (i32x4.splat (local.get $bucket)))
    (loop $next
      (local.set $k (v128.load (local.get $x)))
      (local.set $k (v128.xor (local.get $k) (v128.or (i32x4.shr_s (local.get $k) (i32.const 31)) (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000))))
      (local.set $bits (i32x4.bitmask (i32x4.eq (i32x4.shr_u (local.get $k) (i32.const 16)) (local.get $b))))
      (if (i32.lt_u (local.get $count) (i32.const 4)) (then (local.set $bits (i32.and (local.get $bits) (i32.sub (i32.shl (i32.const 1) (local.get $count)) (i32.const 1))))))
      (if (local.get $bits) (then
      (i32.store16 (local.get $put) (i32x4.extract_lane 0 (local.get $k)))
      (local.set $put (i32.add (local.get $put) (i32.and (i32.shl (local.get $bits) (i32.const 1)) (i32.const 2))))
      (local.set $bits (i32.shr_u (local.get $bits) (i32.const 1)))
      (i32.store16 (local.get $put) (i32x4.extract_lane 1 (local.get $k)))
      (local.set $put (i32.add (local.get $put) (i32.and (i32.shl (local.get $bits) (i32.const 1)) (i32.const 2))))
      (local.set $bits (i32.shr_u (local.get $bits) (i32.const 1)))
      (i32.store16 (local.get $put) (i32x4.extract_lane 2 (local.get $k)))
      (local.set $put (i32.add (local.get $put) (i32.and (i32.shl (local.get $bits) (i32.const 1)) (i32.const 2))))
      (local.set $bits (i32.shr_u (local.get $bits) (i32.const 1)))
      (i32.store16 (local.get $put) (i32x4.extract_lane 3 (local.get $k)))
      (local.set $put (i32.add (local.get $put) (i32.and (i32.shl (local.get $bits) (i32.const 1)) (i32.const 2))))
      (local.set $bits (i32.shr_u (local.get $bits) (i32.const 1)))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (i32.gt_s (local.tee $count (i32.sub (local.get $count) (i32.const 4))) (i32.const 0))))
    (i32.shr_u (i32.sub (local.get $put) (local.get $to)) (i32.const 1)))

  ;; to = (clamp(|x|) - low) / span, with the sign of x
  (func (export "norms") (param $x i32) (param $to i32) (param $bytes i32) (param $low f32) (param $high f32) (param $span f32)
    (local $l v128) (local $h v128) (local $s v128) (local $v v128)
    (local.set $l (f32x4.splat (local.get $low)))
    (local.set $h (f32x4.splat (local.get $high)))
    (local.set $s (f32x4.splat (local.get $span)))
    (loop $next
      (local.set $v (v128.load (local.get $x)))
      (v128.store (local.get $to) (v128.bitselect (local.get $v) (f32x4.div (f32x4.sub (f32x4.pmin (f32x4.pmax (f32x4.abs (local.get $v)) (local.get $l)) (local.get $h)) (local.get $l)) (local.get $s)) (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; clamps magnitudes; zeros stay
  (func (export "clamp") (param $x i32) (param $bytes i32) (param $low f32) (param $high f32)
    (local $l v128) (local $h v128) (local $v v128)
    (local.set $l (f32x4.splat (local.get $low)))
    (local.set $h (f32x4.splat (local.get $high)))
    (loop $next
      (local.set $v (v128.load (local.get $x)))
      (v128.store (local.get $x) (v128.and (f32x4.ne (local.get $v) (v128.const f32x4 0 0 0 0)) (v128.bitselect (local.get $v) (f32x4.pmin (f32x4.pmax (f32x4.abs (local.get $v)) (local.get $l)) (local.get $h)) (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; to = tanh(x y), or to + tanh(x y) where keep is -1. Below 0.625 an odd polynomial in the product, interpolated at Chebyshev nodes; else 1 - 2 / (exp(2 |product|) + 1); within 2 units in the last place
  (func (export "tanhProduct") (param $x i32) (param $y i32) (param $to i32) (param $bytes i32) (param $keep i32)
    (local $k v128) (local $p v128) (local $z v128) (local $a v128) (local $t v128) (local $n v128) (local $r v128) (local $q v128) (local $e v128)
    (local.set $k (i32x4.splat (local.get $keep)))
    (loop $next
      (local.set $p (f32x4.mul (v128.load (local.get $x)) (v128.load (local.get $y))))
      (local.set $z (f32x4.mul (local.get $p) (local.get $p)))
      (local.set $t (v128.const f32x4 -0x1.8f8de4p-8 -0x1.8f8de4p-8 -0x1.8f8de4p-8 -0x1.8f8de4p-8))
      (local.set $t (f32x4.add (f32x4.mul (local.get $t) (local.get $z)) (v128.const f32x4 0x1.58048ep-6 0x1.58048ep-6 0x1.58048ep-6 0x1.58048ep-6)))
      (local.set $t (f32x4.add (f32x4.mul (local.get $t) (local.get $z)) (v128.const f32x4 -0x1.b9258ap-5 -0x1.b9258ap-5 -0x1.b9258ap-5 -0x1.b9258ap-5)))
      (local.set $t (f32x4.add (f32x4.mul (local.get $t) (local.get $z)) (v128.const f32x4 0x1.110e1cp-3 0x1.110e1cp-3 0x1.110e1cp-3 0x1.110e1cp-3)))
      (local.set $t (f32x4.add (f32x4.mul (local.get $t) (local.get $z)) (v128.const f32x4 -0x1.555552p-2 -0x1.555552p-2 -0x1.555552p-2 -0x1.555552p-2)))
      (local.set $t (f32x4.add (local.get $p) (f32x4.mul (f32x4.mul (local.get $p) (local.get $z)) (local.get $t))))
      (local.set $a (f32x4.abs (local.get $p)))
      (if (v128.any_true (f32x4.gt (local.get $a) (v128.const f32x4 0.625 0.625 0.625 0.625))) (then
      (local.set $e (f32x4.pmin (f32x4.add (local.get $a) (local.get $a)) (v128.const f32x4 40 40 40 40)))
      (local.set $n (f32x4.nearest (f32x4.mul (local.get $e) (v128.const f32x4 0x1.715476p+0 0x1.715476p+0 0x1.715476p+0 0x1.715476p+0))))
      (local.set $r (f32x4.sub (f32x4.sub (local.get $e) (f32x4.mul (local.get $n) (v128.const f32x4 0x1.63p-1 0x1.63p-1 0x1.63p-1 0x1.63p-1))) (f32x4.mul (local.get $n) (v128.const f32x4 -0x1.bd0106p-13 -0x1.bd0106p-13 -0x1.bd0106p-13 -0x1.bd0106p-13))))
      (local.set $q (v128.const f32x4 0x1.6d110ap-10 0x1.6d110ap-10 0x1.6d110ap-10 0x1.6d110ap-10))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.120b6ep-7 0x1.120b6ep-7 0x1.120b6ep-7 0x1.120b6ep-7)))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.55551ap-5 0x1.55551ap-5 0x1.55551ap-5 0x1.55551ap-5)))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.5554dcp-3 0x1.5554dcp-3 0x1.5554dcp-3 0x1.5554dcp-3)))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.0p-1 0x1.0p-1 0x1.0p-1 0x1.0p-1)))
      (local.set $q (f32x4.add (f32x4.add (f32x4.mul (f32x4.mul (local.get $r) (local.get $r)) (local.get $q)) (local.get $r)) (v128.const f32x4 1 1 1 1)))
      (local.set $e (i32x4.add (local.get $q) (i32x4.shl (i32x4.trunc_sat_f32x4_s (local.get $n)) (i32.const 23))))
      (local.set $e (v128.bitselect (local.get $p) (f32x4.sub (v128.const f32x4 1 1 1 1) (f32x4.div (v128.const f32x4 2 2 2 2) (f32x4.add (local.get $e) (v128.const f32x4 1 1 1 1)))) (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000)))
      (local.set $t (v128.bitselect (local.get $e) (local.get $t) (f32x4.gt (local.get $a) (v128.const f32x4 0.625 0.625 0.625 0.625))))))
      (v128.store (local.get $to) (f32x4.add (local.get $t) (v128.and (local.get $k) (v128.load (local.get $to)))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; score = score exp(n norm^2 - shift), exp as in tanhProduct: 2^m (1 + r + r^2 q(r)) with |r| <= ln 2 / 2; below -87 it is that of -87
  (func (export "timesExp") (param $score i32) (param $norm i32) (param $bytes i32) (param $tasks f32) (param $shift f32)
    (local $m v128) (local $s v128) (local $n v128) (local $r v128) (local $q v128) (local $e v128) (local $low v128)
    (local.set $m (f32x4.splat (local.get $tasks)))
    (local.set $s (f32x4.splat (local.get $shift)))
    (loop $next
      (local.set $e (v128.load (local.get $norm)))
      (local.set $e (f32x4.pmax (f32x4.sub (f32x4.mul (local.get $m) (f32x4.mul (local.get $e) (local.get $e))) (local.get $s)) (v128.const f32x4 -87 -87 -87 -87)))
      (local.set $n (f32x4.nearest (f32x4.mul (local.get $e) (v128.const f32x4 0x1.715476p+0 0x1.715476p+0 0x1.715476p+0 0x1.715476p+0))))
      (local.set $r (f32x4.sub (f32x4.sub (local.get $e) (f32x4.mul (local.get $n) (v128.const f32x4 0x1.63p-1 0x1.63p-1 0x1.63p-1 0x1.63p-1))) (f32x4.mul (local.get $n) (v128.const f32x4 -0x1.bd0106p-13 -0x1.bd0106p-13 -0x1.bd0106p-13 -0x1.bd0106p-13))))
      (local.set $q (v128.const f32x4 0x1.6d110ap-10 0x1.6d110ap-10 0x1.6d110ap-10 0x1.6d110ap-10))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.120b6ep-7 0x1.120b6ep-7 0x1.120b6ep-7 0x1.120b6ep-7)))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.55551ap-5 0x1.55551ap-5 0x1.55551ap-5 0x1.55551ap-5)))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.5554dcp-3 0x1.5554dcp-3 0x1.5554dcp-3 0x1.5554dcp-3)))
      (local.set $q (f32x4.add (f32x4.mul (local.get $q) (local.get $r)) (v128.const f32x4 0x1.0p-1 0x1.0p-1 0x1.0p-1 0x1.0p-1)))
      (local.set $q (f32x4.add (f32x4.add (f32x4.mul (f32x4.mul (local.get $r) (local.get $r)) (local.get $q)) (local.get $r)) (v128.const f32x4 1 1 1 1)))
      (local.set $e (i32x4.add (local.get $q) (i32x4.shl (i32x4.trunc_sat_f32x4_s (local.get $n)) (i32.const 23))))
      (v128.store (local.get $score) (f32x4.mul (v128.load (local.get $score)) (local.get $e)))
      (local.set $score (i32.add (local.get $score) (i32.const 16)))
      (local.set $norm (i32.add (local.get $norm) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; score = max(score - threshold, 0) / span
  (func (export "weigh") (param $score i32) (param $bytes i32) (param $threshold f32) (param $span f32)
    (local $h v128) (local $s v128)
    (local.set $h (f32x4.splat (local.get $threshold)))
    (local.set $s (f32x4.splat (local.get $span)))
    (loop $next
      (v128.store (local.get $score) (f32x4.div (f32x4.pmax (f32x4.sub (v128.load (local.get $score)) (local.get $h)) (v128.const f32x4 0 0 0 0)) (local.get $s)))
      (local.set $score (i32.add (local.get $score) (i32.const 16)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; total = total + weight and mean = mean + lambda weight x, in float64
  (func (export "addWeighed") (param $x i32) (param $weight i32) (param $mean i32) (param $total i32) (param $bytes i32) (param $lambda f64)
    (local $l v128) (local $w v128) (local $t v128) (local $v v128)
    (local.set $l (f64x2.splat (local.get $lambda)))
    (loop $next
      (local.set $t (v128.load (local.get $x)))
      (local.set $w (v128.load (local.get $weight)))
      (if (v128.any_true (local.get $w)) (then
      (local.set $v (f64x2.promote_low_f32x4 (local.get $w)))
      (v128.store (local.get $total) (f64x2.add (v128.load (local.get $total)) (local.get $v)))
      (v128.store (local.get $mean) (f64x2.add (v128.load (local.get $mean)) (f64x2.mul (f64x2.mul (local.get $l) (local.get $v)) (f64x2.promote_low_f32x4 (local.get $t)))))
      (local.set $v (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $w) (local.get $w))))
      (v128.store offset=16 (local.get $total) (f64x2.add (v128.load offset=16 (local.get $total)) (local.get $v)))
      (v128.store offset=16 (local.get $mean) (f64x2.add (v128.load offset=16 (local.get $mean)) (f64x2.mul (f64x2.mul (local.get $l) (local.get $v)) (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $t) (local.get $t))))))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $weight (i32.add (local.get $weight) (i32.const 16)))
      (local.set $mean (i32.add (local.get $mean) (i32.const 32)))
      (local.set $total (i32.add (local.get $total) (i32.const 32)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16))))))

  ;; to = base + mean / max(total, 1e-12)
  (func (export "addMean") (param $base i32) (param $mean i32) (param $total i32) (param $to i32) (param $bytes i32)
    (local $b v128)
    (loop $next
      (local.set $b (v128.load (local.get $base)))
      (v128.store (local.get $to) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (f32x4.demote_f64x2_zero (f64x2.add (f64x2.promote_low_f32x4 (local.get $b)) (f64x2.div (v128.load (local.get $mean)) (f64x2.pmax (v128.load (local.get $total)) (v128.const f64x2 1e-12 1e-12))))) (f32x4.demote_f64x2_zero (f64x2.add (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $b) (local.get $b))) (f64x2.div (v128.load offset=16 (local.get $mean)) (f64x2.pmax (v128.load offset=16 (local.get $total)) (v128.const f64x2 1e-12 1e-12)))))))
      (local.set $base (i32.add (local.get $base) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (local.set $mean (i32.add (local.get $mean) (i32.const 32)))
      (local.set $total (i32.add (local.get $total) (i32.const 32)))
      (br_if $next (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 16)))))))
