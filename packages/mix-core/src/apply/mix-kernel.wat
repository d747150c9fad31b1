;; Addresses and lengths are in bytes; none needs to be aligned to more than 4.
(module
  (import "host" "memory" (memory 1))

  ;; to[i] = wa · a[i] + wb · b[i], each product and sum rounded to float32: eight elements at a time, then one by one
  (func (export "blend") (param $a i32) (param $b i32) (param $to i32) (param $bytes i32) (param $wa f32) (param $wb f32)
    (local $end i32) (local $whole i32) (local $va v128) (local $vb v128)
    (local.set $va (f32x4.splat (local.get $wa)))
    (local.set $vb (f32x4.splat (local.get $wb)))
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (local.set $whole (i32.add (local.get $to) (i32.and (local.get $bytes) (i32.const -32))))
    (block $rest
      (br_if $rest (i32.eq (local.get $to) (local.get $whole)))
      (loop $next
        (v128.store align=4 (local.get $to) (f32x4.add
          (f32x4.mul (v128.load align=4 (local.get $a)) (local.get $va))
          (f32x4.mul (v128.load align=4 (local.get $b)) (local.get $vb))))
        (v128.store offset=16 align=4 (local.get $to) (f32x4.add
          (f32x4.mul (v128.load offset=16 align=4 (local.get $a)) (local.get $va))
          (f32x4.mul (v128.load offset=16 align=4 (local.get $b)) (local.get $vb))))
        (local.set $a (i32.add (local.get $a) (i32.const 32)))
        (local.set $b (i32.add (local.get $b) (i32.const 32)))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (br_if $next (i32.ne (local.get $to) (local.get $whole)))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $to) (local.get $end)))
        (f32.store (local.get $to) (f32.add
          (f32.mul (f32.load (local.get $a)) (local.get $wa))
          (f32.mul (f32.load (local.get $b)) (local.get $wb))))
        (local.set $a (i32.add (local.get $a) (i32.const 4)))
        (local.set $b (i32.add (local.get $b) (i32.const 4)))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br $next))))

  (func $copy (param $from i32) (param $to i32) (param $bytes i32)
    (local $end i32) (local $whole i32)
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (local.set $whole (i32.add (local.get $to) (i32.and (local.get $bytes) (i32.const -32))))
    (block $rest
      (br_if $rest (i32.eq (local.get $to) (local.get $whole)))
      (loop $next
        (v128.store align=4 (local.get $to) (v128.load align=4 (local.get $from)))
        (v128.store offset=16 align=4 (local.get $to) (v128.load offset=16 align=4 (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 32)))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (br_if $next (i32.ne (local.get $to) (local.get $whole)))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $to) (local.get $end)))
        (i32.store (local.get $to) (i32.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br $next))))

  ;; to = a of `size` bytes, with a box of b: `lines` pieces of `bytes`, the first at `start`, each `stride` after the one before. Writes everything once and in order; by vectors,
  ;; which was faster than memory.copy
  (func (export "paste") (param $a i32) (param $b i32) (param $to i32) (param $size i32) (param $start i32) (param $bytes i32) (param $stride i32) (param $lines i32)
    (local $at i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $lines)))
        (call $copy (i32.add (local.get $a) (local.get $at)) (i32.add (local.get $to) (local.get $at)) (i32.sub (local.get $start) (local.get $at)))
        (call $copy (i32.add (local.get $b) (local.get $start)) (i32.add (local.get $to) (local.get $start)) (local.get $bytes))
        (local.set $at (i32.add (local.get $start) (local.get $bytes)))
        (local.set $start (i32.add (local.get $start) (local.get $stride)))
        (local.set $lines (i32.sub (local.get $lines) (i32.const 1)))
        (br $next)))
    (call $copy (i32.add (local.get $a) (local.get $at)) (i32.add (local.get $to) (local.get $at)) (i32.sub (local.get $size) (local.get $at)))))
